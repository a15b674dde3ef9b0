BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true; Name = 'plain' }
    $quick = New-ConsulRetryPolicy 10 -BaseDelay 5ms -MaxDelay 20ms -NoJitter
    $drill = New-LabSession -With @{ Name = 'drilled'; AllowFaultDrill = $true; RetryPolicy = $quick }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'A drill of requests' {
    It 'is refused for a session that is not marked, whatever the environment says' {
        $env:CONSUL_ALLOW_FAULT_DRILL = $env:CONSUL_HTTP_ALLOW_FAULT_DRILL = 'true'
        try {
            foreach ($script in { Invoke-ConsulFaultDrill { $global:drillRan = 1 } }, { Invoke-ConsulFaultDrill { $global:drillRan = 1 } -Session plain }, { Invoke-ConsulFaultDrill { $global:drillRan = 1 } -Session $agent.AddressText }, { Invoke-ConsulFaultDrill { $global:drillRan = 1 } -WhatIf }) {
                (Get-ErrorOf $script).FullyQualifiedErrorId | Should -BeLike 'Drill.NotAllowed,*'
            }
            $global:drillRan | Should -BeNullOrEmpty
        }
        finally { Remove-Item env:CONSUL_ALLOW_FAULT_DRILL, env:CONSUL_HTTP_ALLOW_FAULT_DRILL }
        ($drill.Configuration | Where-Object Name -EQ AllowFaultDrill).Source | Should -Be '-AllowFaultDrill'
        $drill.AllowsFaultDrill, $session.AllowsFaultDrill | Should -Be $true, $false
    }

    It 'gives the block the drilled session, as argument, variable and default, and touches no other' {
        $report = Invoke-ConsulFaultDrill -Session $drill -Fault NoLeader -Rate 0 {
            param($given)
            $global:drillSeen = $given.Name, $session.Name, (Get-ConsulKvSession | Where-Object { $false }), [object]::ReferenceEquals($given, $session)
            Set-ConsulKv drill/where 1
        }
        $drillSeen[0] | Should -Be 'drilled (drill)'
        $drillSeen[1] | Should -Be 'drilled (drill)'
        $drillSeen[-1] | Should -BeTrue
        $report.Verdict, $report.Injected, $report.Writes, $report.Verified | Should -Be 'NotHit', 0, 1, 1
        $session.Name | Should -Be 'plain'
        (Set-ConsulKv drill/after 1 -Verbose 4>&1 | Where-Object { "$_" -like 'Session plain*' }) | Should -Not -BeNullOrEmpty
        $drill.IsDisposed | Should -BeFalse
        (Set-ConsulKv drill/after 2 -Session $drill).Outcome | Should -Be 'Written'
    }

    It 'is survived by retries and questions: <_>' -ForEach 'Latency', 'ConnectRefused', 'AnswerLost', 'NoLeader', 'Unavailable', 'IndexBackwards' {
        $report = Invoke-ConsulFaultDrill -Session $drill -Fault $_ -Rate 0.4 -Latency 5ms -Seed 5 { 1..20 | ForEach-Object { Set-ConsulKv "drill/$_" (Get-Random) } }
        $report.Verdict | Should -Be 'Survived' -Because ($report | Format-List | Out-String)
        $report.Faults.Kind | Should -Be $_
        $report.Faults[0].Count | Should -BeGreaterThan 2
        $report.Outcomes.Outcome | Sort-Object -Unique | Should -Be 'Written'
        $report.Verified | Should -Be 20
        $report.Seed | Should -Be 5
        if ($_ -in 'ConnectRefused', 'AnswerLost', 'NoLeader', 'Unavailable') { $report.Retries | Should -BeGreaterThan 2 }
    }

    It 'draws the same again from the same seed' {
        $counts = 1..2 | ForEach-Object { (Invoke-ConsulFaultDrill -Session $drill -Fault ConnectRefused, NoLeader -Rate 0.5 -Seed 11 { 1..10 | ForEach-Object { Set-ConsulKv "drill/seed$_" $_ -ThrottleLimit 1 } }).Faults | ForEach-Object { "$($_.Kind) $($_.Count)" } | Sort-Object }
        @($counts).Count | Should -BeGreaterOrEqual 4
        $counts[0..($counts.Count / 2 - 1)] | Should -Be $counts[($counts.Count / 2)..($counts.Count - 1)]
    }

    It 'strikes only the operations and keys that are meant' {
        $report = Invoke-ConsulFaultDrill -Session $drill -Fault Denied -Rate 1 -Operation Write -Key 'drill/meant*' { Set-ConsulKv drill/meant 1 -ErrorAction SilentlyContinue; Set-ConsulKv drill/other 1; Get-ConsulKv drill/other; @{ Key = 'drill/meant2'; Value = 1 }, @{ Key = 'drill/b'; Value = 1 } | Set-ConsulKv -Atomic -ErrorAction SilentlyContinue }
        ($report.Outcomes | Where-Object Outcome -EQ Denied | Measure-Object Count -Sum).Sum | Should -Be 3
        ($report.Outcomes | Where-Object Outcome -EQ Written | Measure-Object Count -Sum).Sum | Should -Be 1
        ($report.Outcomes | Where-Object Operation -EQ Read).Outcome | Should -Be 'Unchanged'
        $report.Verdict | Should -Be 'Degraded'
        $report.Faults[0].Codes | Should -Not -BeNullOrEmpty
    }

    It 'keeps the block''s own errors, and goes on' {
        $report = Invoke-ConsulFaultDrill -Session $drill -Fault NoLeader -Rate 0 -Duration 300ms { Set-ConsulKv /bad 1 -ErrorAction Continue; throw 'the block itself' }
        $report.Runs | Should -BeGreaterThan 1
        $report.FailedRuns | Should -Be $report.Runs
        $report.Errors[0] | Should -BeLike 'Key.LeadingSlash:*'
        $report.Errors[1] | Should -Match 'the block itself'
    }

    It 'ends the run and not the caller where the block ends by <_>' -ForEach 'break', 'continue', 'break outside', 'continue outside', 'return 1', 'throw 1', 'Write-Error x -ErrorAction Stop' {
        $before = [guid]::NewGuid().ToString('N')
        $seen = [Collections.Generic.List[string]]::new()
        $block = [scriptblock]::Create("Set-ConsulKv drill/$before 1; $_; Set-ConsulKv drill/$before 2")
        $report = $null
        :outside foreach ($round in 1, 2) {
            $seen.Add("before $round")
            $report = Invoke-ConsulFaultDrill -Session $drill -Fault NoLeader -Rate 0 $block
            $seen.Add("after $round")
        }
        $seen | Should -Be 'before 1', 'after 1', 'before 2', 'after 2'
        $report.Runs, $report.Writes, $report.Verified | Should -Be 1, 1, 1
        $report.FailedRuns | Should -Be ([int]($_ -match 'throw|Stop'))
        (Set-ConsulKv drill/after 1 -Verbose 4>&1 | Where-Object { "$_" -like 'Session plain*' }) | Should -Not -BeNullOrEmpty
    }

    It 'ends the shell where the block says exit, as everywhere, and leaves no cluster behind' {
        $said = Invoke-NewShell 'Invoke-ConsulFaultDrill -Cluster -Fault Restart -Duration 60s { Set-ConsulKv a 1 | Out-Null; [Console]::Out.WriteLine("children " + @(Get-Process consul | Where-Object { $_.Parent.Id -eq $PID }).Id); exit 3 }; "still here"'
        $said | Should -Not -Match 'still here'
        $ids = [int[]]([regex]::Match($said, 'children ([\d ]+)').Groups[1].Value -split ' ' | Where-Object { $_ })
        $ids.Count | Should -BeGreaterOrEqual 3
        foreach ($try in 1..50) { if (-not (Get-Process -Id $ids -ErrorAction Ignore)) { break }; Start-Sleep -Milliseconds 100 }
        Get-Process -Id $ids -ErrorAction Ignore | Should -BeNullOrEmpty
    }

    It 'counts a fault that outlasts the request' {
        $short = New-LabSession -With @{ Name = 'short'; AllowFaultDrill = $true; RetryPolicy = New-ConsulRetryPolicy -AttemptTimeout 300ms -TotalTimeout 1s }
        $report = Invoke-ConsulFaultDrill -Session $short -Fault Latency -Latency 20s -Rate 1 { Set-ConsulKv drill/late 1 -ErrorAction Ignore }
        $report.Injected | Should -BeGreaterThan 0
        $report.Verdict | Should -Be 'Degraded'
    }

    It 'does not call lost what the block wrote by other means' {
        $report = Invoke-ConsulFaultDrill -Session $drill -Fault Latency -Latency 1ms -Rate 1 { Set-ConsulKv drill/own 1; Set-ConsulKv drill/own 2 -Session plain; Set-ConsulKv drill/gone 1; Remove-ConsulKv drill/gone -Session plain }
        $report.Verdict, $report.Lost.Count, $report.Unverified.Count | Should -Be 'Degraded', 0, 2
    }

    It 'names faults that are not of its kind' {
        (Get-ErrorOf { Invoke-ConsulFaultDrill { } -Session $drill -Fault LeaderKill }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        (Get-ErrorOf { Invoke-ConsulFaultDrill { } -Cluster -Fault Denied }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }

    It 'is a part of the HTML and Markdown reports, and holds no token' {
        $report = Invoke-ConsulFaultDrill -Session $drill -Fault AnswerLost -Rate 0.5 -Seed 5 { 1..5 | ForEach-Object { Set-ConsulKv "drill/$_" (Get-Random) } }
        foreach ($file in 'drill.html', 'drill.md') {
            $report | Export-ConsulDiagnosis (Join-Path $TestDrive $file)
            $text = Get-Content (Join-Path $TestDrive $file) -Raw
            $text | Should -Match 'AnswerLost'
            $text | Should -Match 'fault drill'
            $text | Should -Not -Match $agent.ManagementToken
        }
    }
}

Describe 'A drill of a cluster' {
    It 'kills leaders under writes that all are there afterwards, and leaves no process behind' {
        $before = @(Get-Process consul -ErrorAction Ignore).Id
        $report = Invoke-ConsulFaultDrill -Cluster -Fault LeaderKill -Every 4s -Duration 8s -Seed 1 { $number = ++$global:drillNumber; Set-ConsulKv "n/$($number % 20)" $number }
        $report.IsOwnCluster | Should -BeTrue
        $report.Lost | Should -BeNullOrEmpty
        $report.Verified | Should -Be ([Math]::Min(20, $report.Writes))
        $report.Faults[0].Kind | Should -Be 'LeaderKill'
        $report.Faults[0].Operations | Should -BeGreaterThan 0
        $report.Faults[0].Target | Should -Not -BeNullOrEmpty
        @(Get-Process consul -ErrorAction Ignore | Where-Object Id -NotIn $before | Where-Object { -not $_.HasExited -and "$(Get-Content "/proc/$($_.Id)/stat" -ErrorAction Ignore)".Split(' ')[3] -eq $PID }) | Should -BeNullOrEmpty
        Get-ConsulKv n/1 -ErrorAction SilentlyContinue | Should -BeNullOrEmpty -Because 'the default session is the caller''s own again'
    }

    It 'does not call lost what the block wrote by other means' {
        $report = Invoke-ConsulFaultDrill -Cluster -Fault Restart -Every 30s -Duration 1s {
            param($session)
            Set-ConsulKv n/own 1; Set-ConsulKv n/gone 1
            Invoke-RestMethod -Method Put "$($session.Address)/v1/kv/n/own" -Body 2
            Invoke-RestMethod -Method Delete "$($session.Address)/v1/kv/n/gone"
        }
        $report.Lost | Should -BeNullOrEmpty
        $report.Unverified.Count | Should -Be 2
        $report.Reason | Should -Match 'no fault struck: give a longer -Duration or a shorter -Every'
    }

    It 'says kindly where there is no executable' {
        $said = Invoke-NewShell 'Invoke-ConsulFaultDrill -Cluster { 1 } -ErrorAction Continue' @{ CONSUL_BIN = '/nowhere/consul' }
        $said | Should -Match 'No cluster can be started here'
        $said | Should -Match 'CONSUL_BIN'
    }

    It 'ends within a second of being stopped, and its cluster with it' {
        $shell = [powershell]::Create()
        try {
            [void]$shell.AddScript("Import-Module '$ManifestPath'; Invoke-ConsulFaultDrill -Cluster -Duration 60s { Set-ConsulKv x 1; [AppDomain]::CurrentDomain.SetData('ConsulKvTools.DrillRuns', 1) }")
            $running = $shell.BeginInvoke()
            foreach ($try in 1..300) { if ([AppDomain]::CurrentDomain.GetData('ConsulKvTools.DrillRuns')) { break }; Start-Sleep -Milliseconds 100 }
            [AppDomain]::CurrentDomain.GetData('ConsulKvTools.DrillRuns') | Should -Be 1
            $children = @(Get-Process consul | Where-Object { "$(Get-Content "/proc/$($_.Id)/cmdline" -ErrorAction Ignore)" -match 'server|agent' -and $_.Parent.Id -eq $PID -and $_.Id -ne $agent.ProcessId })
            $children.Count | Should -BeGreaterOrEqual 3
            $clock = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            $clock.Elapsed.TotalSeconds | Should -BeLessThan 10
            foreach ($try in 1..50) { if (-not ($children | Where-Object { $_.Refresh(); -not $_.HasExited })) { break }; Start-Sleep -Milliseconds 100 }
            $children | Where-Object { $_.Refresh(); -not $_.HasExited } | Should -BeNullOrEmpty
        }
        finally { $shell.Dispose() }
    }
}
