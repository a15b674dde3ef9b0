BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true; Name = 'watcher' }

    # A watch in a runspace of its own; its output comes into the collection while it runs.
    function Start-Watch([string] $Command) {
        $shell = [powershell]::Create()
        $shell.AddScript("Import-Module '$ManifestPath'").Invoke() | Out-Null
        $shell.Commands.Clear()
        $shell.Runspace.SessionStateProxy.SetVariable('session', $session)
        $output = [Management.Automation.PSDataCollection[psobject]]::new()
        $shell.AddScript($Command) | Out-Null
        $handle = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output)
        [pscustomobject]@{ Shell = $shell; Output = $output; Handle = $handle }
    }
    function Wait-Until([scriptblock] $Is) {
        $clock = [Diagnostics.Stopwatch]::StartNew()
        while (-not (& $Is)) { if ($clock.Elapsed.TotalSeconds -gt 30) { throw "Not within 30 s: $Is" }; Start-Sleep -Milliseconds 20 }
    }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Watch-ConsulKv' {
    It 'gives each change at once, typed, and stops within a second' {
        Set-ConsulKv watch/live/a 1 | Out-Null
        $watch = Start-Watch 'Watch-ConsulKv watch/live/ -InitialState -Session $session | ForEach-Object { "$($_.Kind) $($_.Key) $($_.OldValue)>$($_.NewValue)"; $_ }'
        try {
            Wait-Until { $watch.Output.Count -eq 2 }
            Set-ConsulKv watch/live/a 2 | Out-Null
            Wait-Until { $watch.Output.Count -eq 4 }
            Remove-ConsulKv watch/live/a | Out-Null
            Wait-Until { $watch.Output.Count -eq 6 }
            $watch.Output[0, 2, 4] | Should -Be 'Initial watch/live/a >1', 'Changed watch/live/a 1>2', 'Removed watch/live/a 2>'
            $change = $watch.Output[3].PSObject.BaseObject
            $change | Should -BeOfType ([ConsulKvTools.ConsulKvChange])
            $change.Index | Should -Be $change.NewEntry.ModifyIndex
            $change.IsValueChanged | Should -BeTrue
            $change.Session | Should -Be 'watcher'
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $watch.Shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 2
        }
        finally { $watch.Shell.Dispose() }
    }

    It 'takes a key for itself, and a prefix for all that begins with it' {
        Set-ConsulKv watch/one 1 | Out-Null
        Set-ConsulKv watch/oneself 1 | Out-Null
        (Watch-ConsulKv watch/one -InitialState -MaximumChanges 1).Key | Should -Be 'watch/one'
        (Watch-ConsulKv -Prefix watch/one -InitialState -First 2).Key | Should -Be 'watch/one', 'watch/oneself'
    }

    It 'leaves out what is excluded' {
        Set-ConsulKv watch/out/a 1 | Out-Null
        Set-ConsulKv watch/out/heartbeat 1 | Out-Null
        (Watch-ConsulKv watch/out/ -InitialState -Exclude '*/heartbeat' -Timeout 500ms).Key | Should -Be 'watch/out/a'
    }

    It 'keeps no old values where that is wanted' {
        Set-ConsulKv watch/lean 1 | Out-Null
        $watch = Start-Watch 'Watch-ConsulKv watch/lean -NoOldValue -InitialState -MaximumChanges 2 -Session $session'
        try {
            Wait-Until { $watch.Output.Count -eq 1 }
            Set-ConsulKv watch/lean 2 | Out-Null
            Wait-Until { $watch.Handle.IsCompleted }
            $watch.Output[1].NewValue | Should -Be '2'
            $watch.Output[1].OldValue | Should -BeNullOrEmpty
            $watch.Output[1].IsValueChanged | Should -BeNullOrEmpty
        }
        finally { $watch.Shell.Dispose() }
    }

    It 'ends at -Timeout without an error, and when the rest of the pipeline wants no more' {
        $Error.Clear()
        $clock = [Diagnostics.Stopwatch]::StartNew()
        Watch-ConsulKv watch/nothing -Timeout 600ms | Should -BeNullOrEmpty
        $clock.Elapsed.TotalMilliseconds | Should -BeGreaterThan 500
        Set-ConsulKv watch/first/a, watch/first/b 1 | Out-Null
        @(Watch-ConsulKv watch/first/ -InitialState | Select-Object -First 1).Count | Should -Be 1
        $Error | Should -BeNullOrEmpty
    }

    It 'works in ForEach-Object -Parallel' {
        Set-ConsulKv watch/parallel 1 | Out-Null
        $found = 1..3 | ForEach-Object -Parallel { Import-Module $using:ManifestPath; Watch-ConsulKv watch/parallel -InitialState -First 1 -Session $using:session }
        $found.NewValue | Should -Be '1', '1', '1'
    }

    It 'says why it cannot begin' {
        $reader = New-LabSession 'key_prefix "other/" { policy = "read" }'
        (Get-ErrorOf { Watch-ConsulKv watch/one -Session $reader }).FullyQualifiedErrorId | Should -BeLike 'Acl.PermissionDenied,*'
        $nobody = New-ConsulKvSession http://127.0.0.1:1 -RetryPolicy (New-ConsulRetryPolicy 1)
        (Get-ErrorOf { Watch-ConsulKv watch/one -Session $nobody }).FullyQualifiedErrorId | Should -BeLike 'Tcp.Refused,*'
        (Get-ErrorOf { Watch-ConsulKv /a }).FullyQualifiedErrorId | Should -BeLike 'Key.LeadingSlash,*'
    }

    It 'warns of an outage that lasts, goes on, and tells of the end of it with -Verbose' {
        $proxy = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.Address)
        $through = New-ConsulKvSession $proxy.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken) -RetryPolicy (New-ConsulRetryPolicy 3 -BaseDelay 50ms -MaxDelay 100ms -TotalTimeout 1s -AttemptTimeout 1s)
        $watch = [pscustomobject]@{ Shell = [powershell]::Create() }
        try {
            $watch.Shell.AddScript("Import-Module '$ManifestPath'").Invoke() | Out-Null
            $watch.Shell.Commands.Clear()
            $watch.Shell.AddScript('param($s) Watch-ConsulKv watch/outage -Session $s -MaximumChanges 1 -Verbose').AddArgument($through) | Out-Null
            $handle = $watch.Shell.BeginInvoke()
            Wait-Until { $watch.Shell.Streams.Verbose.Message -match '^Watching ' }
            $proxy.Refuse()
            Wait-Until { $watch.Shell.Streams.Warning.Count -gt 0 }
            "$($watch.Shell.Streams.Warning[0])" | Should -Match 'the watch goes on\. Tcp\.'
            $proxy.Pass()
            Set-ConsulKv watch/outage back | Out-Null
            $watch.Shell.EndInvoke($handle).NewValue | Should -Be 'back'
            "$($watch.Shell.Streams.Verbose)" | Should -Match 'Answers come again'
        }
        finally { $watch.Shell.Dispose(); $proxy.Dispose() }
    }

    It 'does not end in silence when there was no answer at all: <Name>' -ForEach @(
        @{ Name = 'nobody listens'; Does = { $proxy.Refuse() }; Code = 'Tcp.Refused' }
        @{ Name = 'the agent hangs'; Does = { $proxy.BlackHole() }; Code = 'Http.ResponseTimeout' }
    ) {
        $proxy = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.Address)
        try {
            $through = New-ConsulKvSession $proxy.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken) -RetryPolicy (New-ConsulRetryPolicy 9 -BaseDelay 50ms -MaxDelay 100ms)
            & $Does
            (Get-ErrorOf { Watch-ConsulKv watch/silent -Session $through -Timeout 500ms }).FullyQualifiedErrorId | Should -BeLike "$Code,*"
        }
        finally { $proxy.Dispose() }
    }

    It 'warns when it ends by time while nothing is heard' {
        $proxy = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.Address)
        $through = New-ConsulKvSession $proxy.Address.OriginalString -Token (ConvertTo-Secret $agent.ManagementToken)
        Set-ConsulKv watch/deaf 1 | Out-Null
        $said = Watch-ConsulKv watch/deaf -InitialState -Session $through -Timeout 3s 3>&1 | ForEach-Object { if ($_ -is [ConsulKvTools.ConsulKvChange]) { $proxy.Refuse() }; $_ }
        $proxy.Dispose()
        "$($said[-1])" | Should -Match 'while nothing was heard of watch/deaf'
    }

    It 'takes one key of the pipeline, and refuses a second one before it begins' {
        Set-ConsulKv watch/piped 1 | Out-Null
        ('watch/piped' | Watch-ConsulKv -InitialState -MaximumChanges 1 -Timeout 30s).Key | Should -Be 'watch/piped'
        (Get-ConsulKv watch/piped | Watch-ConsulKv -InitialState -MaximumChanges 1 -Timeout 30s).NewValue | Should -Be '1'
        $clock = [Diagnostics.Stopwatch]::StartNew()
        $failure = Get-ErrorOf { 'watch/piped', 'watch/second' | Watch-ConsulKv -InitialState -Timeout 60s }
        $clock.Elapsed.TotalSeconds | Should -BeLessThan 20
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        "$failure" | Should -Match 'watch/second is a second.*-Prefix'
    }

    It 'warns once when something changes that the token may not read' {
        Set-ConsulKv watch/partly/a 1 | Out-Null
        $part = New-LabSession 'key_prefix "watch/partly/" { policy = "read" } key "watch/partly/secret" { policy = "deny" }'
        $job = Start-Beside { Import-Module $args[0]; Watch-ConsulKv -Prefix watch/partly/ -InitialState -Session $args[1] -Timeout 6s -Interval 0s 3>&1 } $ManifestPath, $part
        foreach ($number in 1..30) { Start-Sleep -Milliseconds 150; Set-ConsulKv watch/partly/secret $number | Out-Null }
        $said = Receive-Beside $job
        @($said -match 'changed below watch/partly/ that cannot be seen').Count | Should -Be 1
        # Who may see all has nothing to be warned of.
        $job = Start-Beside { Import-Module $args[0]; Watch-ConsulKv -Prefix watch/partly/ -Session $args[1] -Timeout 3s 3>&1 } $ManifestPath, $session
        Start-Sleep -Milliseconds 1500
        Set-ConsulKv watch/partly/brief 1 | Out-Null
        Remove-ConsulKv watch/partly/brief | Out-Null
        Receive-Beside $job | Where-Object { $_ -is [Management.Automation.WarningRecord] } | Should -BeNullOrEmpty
    }

    It 'does not warn of a prefix without keys, whose index is that of the whole store' {
        $reader = New-LabSession 'key_prefix "watch/void/" { policy = "read" }'
        $job = Start-Beside { Import-Module $args[0]; Watch-ConsulKv -Prefix watch/void/ -Session $args[1] -WaitTime 1s -MaximumChanges 1 -Timeout 20s 3>&1 } $ManifestPath, $reader
        foreach ($number in 1..10) { Start-Sleep -Milliseconds 300; Set-ConsulKv watch/beside $number | Out-Null }
        Set-ConsulKv watch/void/a 1 | Out-Null
        "$(Receive-Beside $job)" | Should -Match '^Added watch/void/a at [0-9]+$'
    }

    It 'does not part changes of one transaction with -MaximumChanges' {
        $null = [pscustomobject]@{ Key = 'watch/both/a'; Value = 1 }, [pscustomobject]@{ Key = 'watch/both/b'; Value = 1 } | Set-ConsulKv -Atomic
        (Watch-ConsulKv watch/both/ -Since 1 -MaximumChanges 1 -Timeout 20s).Key | Should -Be 'watch/both/a', 'watch/both/b'
    }

    It 'warns when the token may see nothing of what is watched' {
        Set-ConsulKv watch/veiled/a 1 | Out-Null
        $blind = New-LabSession 'key_prefix "elsewhere/" { policy = "read" }'
        "$(Watch-ConsulKv -Prefix watch/veiled/ -InitialState -Session $blind -Timeout 2s 3>&1)" | Should -Match 'cannot be seen.*Acl\.ReadFiltered'
        Watch-ConsulKv -Prefix watch/not-there/ -InitialState -Timeout 2s 3>&1 | Should -BeNullOrEmpty
    }
}
