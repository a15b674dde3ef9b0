BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $name = "metric-$([guid]::NewGuid().ToString('N'))"
    $session = New-LabSession -With @{ Name = $name; Default = $true }
    # The figures are the process's: each test begins anew.
    function Reset-Figures { Get-ConsulKvMetric $name -Reset -ErrorAction SilentlyContinue | Out-Null }
    function Get-Figures { Get-ConsulKvMetric $name | ForEach-Object { "$($_.Operation) $($_.Outcome) $($_.Count)" } }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Get-ConsulKvMetric' {
    It 'counts what commands, pipelines, prefixes, transactions, removals and drives write, each key once' {
        Reset-Figures
        Set-ConsulKv metric/a 1 | Out-Null
        1..150 | ForEach-Object { @{ Key = "metric/many/$_"; Value = $_ } } | Set-ConsulKv | Out-Null
        1..5 | ForEach-Object { @{ Key = "metric/all/$_"; Value = $_ } } | Set-ConsulKv -Atomic | Out-Null
        @{ x = 1; y = @{ z = 2 } } | Set-ConsulKv -Prefix metric/tree | Out-Null
        Set-ConsulKv metric/a 2 -CheckAndSet 1 -ErrorAction SilentlyContinue | Out-Null
        Set-ConsulKv metric/marked 2 -OperationPrefix metric/marks/ | Out-Null
        Remove-ConsulKv metric/a -Confirm:$false | Out-Null
        Remove-ConsulKv metric/many/ -Recurse -Force -Confirm:$false | Out-Null
        Get-Figures | Where-Object { $_ -notmatch 'Read|List' } | Should -Be 'Put Written 159', 'CheckAndSet Conflict 1', 'Delete Written 1', 'DeleteTree Written 1'

        Reset-Figures
        New-PSDrive -Name metrics -PSProvider ConsulKv -Root metric -Session $session | Out-Null
        try {
            Set-Content metrics:/d 1
            Add-Content metrics:/d 2
            Copy-Item metrics:/d metrics:/e
            Remove-Item metrics:/d -Confirm:$false
        }
        finally { Remove-PSDrive metrics }
        (Get-ConsulKvMetric $name | Where-Object { $_.Operation -notin 'Read', 'List', 'ListNames' } | Measure-Object Count -Sum).Sum | Should -Be 4
    }

    It 'counts reads by what they found, and a wait apart from them' {
        Set-ConsulKv metric/read 1 | Out-Null
        Reset-Figures
        Get-ConsulKv metric/read | Out-Null
        Get-ConsulKv metric/nothing -ErrorAction SilentlyContinue | Out-Null
        Get-ConsulKv -Prefix metric/ -Recurse | Out-Null
        Get-ConsulKv metric/read -WaitValue 2 -WaitTimeout 300ms -ErrorAction SilentlyContinue | Out-Null
        $figures = Get-Figures
        $figures | Should -Contain 'Read Missing 1'
        $figures | Should -Contain 'List Found 1'
        "$figures" | Should -Match 'Wait (Cancelled|Found)'
    }

    It 'says how long, in an order that makes sense, and since when' {
        Reset-Figures
        $before = [datetimeoffset]::UtcNow
        1..40 | ForEach-Object { Set-ConsulKv metric/a $_ | Out-Null }
        $metric = Get-ConsulKvMetric $name
        $metric.Count | Should -Be 40
        $metric.Bytes | Should -Be (9 + 31 * 2)
        $times = $metric.Minimum, $metric.P50, $metric.P90, $metric.P99, $metric.Maximum
        $times | Should -Be ($times | Sort-Object)
        $metric.Mean | Should -BeGreaterThan $metric.Minimum
        $metric.Since | Should -BeGreaterOrEqual $before
        $metric.Rate | Should -BeGreaterThan 0
    }

    It 'begins anew only when asked to, and shows then what was' {
        Reset-Figures
        Set-ConsulKv metric/a 1 | Out-Null
        Get-ConsulKvMetric $name -Reset -WhatIf | ForEach-Object Count | Should -Be 1
        (Get-ConsulKvMetric $name -Reset).Count | Should -Be 1
        Get-ConsulKvMetric $name | Should -BeNullOrEmpty
    }

    It 'takes sessions, names and patterns, and names one that it does not know' {
        Reset-Figures
        Set-ConsulKv metric/a 1 | Out-Null
        ($session | Get-ConsulKvMetric).Session | Should -Be $name
        (Get-ConsulKvMetric -Session $session).Session | Should -Be $name
        (Get-ConsulKvMetric "$($name.Substring(0, 12))*").Session | Should -Be $name
        (Get-ConsulKvMetric).Session | Should -Contain $name
        $errorOf = Get-ErrorOf { Get-ConsulKvMetric no-such-session }
        $errorOf.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        $errorOf.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        @() | Get-ConsulKvMetric | Should -BeNullOrEmpty
    }

    It 'keeps the figures of a session that was removed, and counts those of one name together' {
        $two = "two-$([guid]::NewGuid())"
        1..2 | ForEach-Object {
            $one = New-LabSession -With @{ Name = $two }
            Set-ConsulKv metric/a 1 -Session $one | Out-Null
            $one | Remove-ConsulKvSession
        }
        (Get-ConsulKvMetric $two).Count | Should -Be 2
    }

    It 'counts for all runspaces of the process' {
        Reset-Figures
        $manifest, $address, $token = $ManifestPath, $agent.Address.OriginalString, (ConvertTo-Secret $agent.ManagementToken)
        1..3 | ForEach-Object -ThrottleLimit 3 -Parallel {
            Import-Module $using:manifest
            $own = New-ConsulKvSession $using:address -Token $using:token -Name $using:name
            1..20 | ForEach-Object { Set-ConsulKv "metric/p$_" 1 -Session $own | Out-Null }
        }
        Get-Figures | Should -Be 'Put Written 60'
    }

    It 'shows the outcome in its table' {
        Reset-Figures
        Set-ConsulKv metric/a 1 | Out-Null
        $was = $PSStyle.OutputRendering
        $PSStyle.OutputRendering = 'PlainText'
        try { Get-ConsulKvMetric $name | Format-Table | Out-String | Should -Match 'Put +Written +1' } finally { $PSStyle.OutputRendering = $was }
    }

    It 'completes the names of sessions with figures' {
        Set-ConsulKv metric/a 1 | Out-Null
        [Management.Automation.CommandCompletion]::CompleteInput("Get-ConsulKvMetric $($name.Substring(0, 12))", 18 + 1 + 12, $null).CompletionMatches.CompletionText | Should -Be $name
    }

    It 'is seen by whoever listens to the meter' {
        $said = Invoke-NewShell @"
            Add-Type -TypeDefinition 'public static class Heard { public static long Sum; public static System.Diagnostics.Metrics.MeterListener Start() { var l = new System.Diagnostics.Metrics.MeterListener(); l.InstrumentPublished = (i, s) => { if (i.Meter.Name == "ConsulKvTools" && i.Name == "consulkv.writes") s.EnableMeasurementEvents(i); }; l.SetMeasurementEventCallback<long>((i, v, t, s) => System.Threading.Interlocked.Add(ref Sum, v)); l.Start(); return l; } }'
            `$listener = [Heard]::Start()
            `$s = New-ConsulKvSession '$($agent.Address.OriginalString)' -Token (ConvertTo-SecureString '$($agent.ManagementToken)' -AsPlainText -Force)
            1..70 | ForEach-Object { @{ Key = "metric/h`$_"; Value = 1 } } | Set-ConsulKv -Session `$s | Out-Null
            "heard `$([Heard]::Sum)"
"@
        $said | Should -Be 'heard 70'
    }
}
