BeforeAll { . $PSScriptRoot/Lab.ps1 }

Describe 'New-ConsulRetryPolicy' {
    It 'has Core''s defaults when nothing is given' {
        New-ConsulRetryPolicy | Should -Be ([ConsulKvTools.ConsulRetryPolicy]::Default)
    }

    It 'reads the duration <Text> as <Milliseconds> ms' -ForEach @(
        @{ Text = '500ms'; Milliseconds = 500 }
        @{ Text = '3s'; Milliseconds = 3000 }
        @{ Text = '1m30s'; Milliseconds = 90000 }
        @{ Text = '1.5h'; Milliseconds = 5400000 }
        @{ Text = '1500us'; Milliseconds = 1.5 }
        @{ Text = '00:00:07'; Milliseconds = 7000 }
        @{ Text = [timespan]::FromSeconds(4); Milliseconds = 4000 }
    ) {
        (New-ConsulRetryPolicy -TotalTimeout $Text).TotalTimeout.TotalMilliseconds | Should -Be $Milliseconds
    }

    It 'reads 5s typed without quotes, which PowerShell takes for a number' {
        (New-ConsulRetryPolicy -TotalTimeout 5s).TotalTimeout | Should -Be ([timespan]::FromSeconds(5))
    }

    It 'names the value and the right forms when <Value> is no duration' -ForEach @(
        @{ Value = 5 }, @{ Value = 'soon' }, @{ Value = '5 s' }, @{ Value = '1x' }, @{ Value = '' }, @{ Value = '9999999999h' }
    ) {
        $failure = "$(Get-ErrorOf { New-ConsulRetryPolicy -BaseDelay $Value })"
        $failure | Should -Match ([regex]::Escape("'$Value'"))
        $failure | Should -Match '500ms, 3s, 1m30s'
    }

    It 'refuses a negative duration' {
        "$(Get-ErrorOf { New-ConsulRetryPolicy -BaseDelay '-3s' })" | Should -Match "'-3s' is negative"
    }

    It 'says which value does not fit' {
        $failure = Get-ErrorOf { New-ConsulRetryPolicy -AttemptTimeout 0 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        "$failure" | Should -Match 'AttemptTimeout'
        "$(Get-ErrorOf { New-ConsulRetryPolicy -CircuitBreakerFailures 1 })" | Should -Match 'CircuitBreakerFailures is 1'
        "$(Get-ErrorOf { New-ConsulRetryPolicy -BaseDelay 2s -MaxDelay 1s })" | Should -Match 'MaxDelay'
    }

    It 'waits for an election, as long as it is told' {
        (New-ConsulRetryPolicy).ElectionPatience | Should -Be ([timespan]::FromSeconds(8))
        (New-ConsulRetryPolicy -ElectionPatience 20s).ElectionPatience | Should -Be ([timespan]::FromSeconds(20))
        (New-ConsulRetryPolicy -ElectionPatience 0).ElectionPatience | Should -Be ([timespan]::Zero)
        "$(Get-ErrorOf { New-ConsulRetryPolicy -ElectionPatience 25h })" | Should -Match 'ElectionPatience'
        New-ConsulRetryPolicy | Format-List | Out-String | Should -Match 'ElectionPatience\s+: 8\.0 s'
    }

    It 'says in the timeline why each attempt was or was not followed by another' {
        $session = New-ConsulKvSession http://127.0.0.1:1 -RetryPolicy (New-ConsulRetryPolicy 2 -BaseDelay 10ms -NoJitter)
        try {
            $result = Set-ConsulKv a b -Session $session -ErrorAction Ignore
            $result.Attempts.Sequel | Should -Be 'TriedAgain', 'AttemptsUsedUp'
            $result.Attempts.Advice | Should -Be 'AfterBackoff', 'AfterBackoff'
            $result | Format-List | Out-String -Width 200 | Should -Match 'tried again after 10 ms: this can pass by itself'
            $result.Attempts | Format-Table | Out-String -Width 250 | Should -Match 'not tried again: all 2 attempts are used up'
        }
        finally { $session | Remove-ConsulKvSession }
    }

    It 'carries the longest pause along with a longer first one' {
        (New-ConsulRetryPolicy -BaseDelay 20s).MaxDelay | Should -Be ([timespan]::FromSeconds(20))
    }

    It 'is obeyed by a session' {
        $policy = New-ConsulRetryPolicy 1 -NoJitter -Backoff Linear
        $session = New-ConsulKvSession http://127.0.0.1:1 -RetryPolicy $policy
        try {
            $session.RetryPolicy.MaxAttempts | Should -Be 1
            (Set-ConsulKv a b -Session $session -ErrorAction Ignore).Attempts.Count | Should -Be 1
        }
        finally { $session | Remove-ConsulKvSession }
    }
}
