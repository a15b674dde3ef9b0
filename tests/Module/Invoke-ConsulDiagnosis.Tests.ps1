BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $admin = New-LabSession -With @{ Name = 'admin' }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Invoke-ConsulDiagnosis' {
    It 'finds a healthy agent healthy' {
        $diagnosis = Invoke-ConsulDiagnosis diagnosis/x -Session $admin
        $diagnosis | Should -BeOfType ([ConsulKvTools.ConsulDiagnosis])
        @($diagnosis.Findings | Where-Object Severity -NE Info) -join "`n" | Should -BeNullOrEmpty
        $diagnosis.Verdict | Should -Be 'Healthy'
        $diagnosis.RootCause | Should -BeNullOrEmpty
        $diagnosis.Key | Should -Be 'diagnosis/x'
    }

    It 'changes nothing' {
        Set-ConsulKv diagnosis/still 1 -Session $admin | Out-Null
        $before = Get-ConsulKv -Prefix '' -NamesOnly -Recurse -Session $admin
        $index = (Get-ConsulKv diagnosis/still -Session $admin).ModifyIndex
        Invoke-ConsulDiagnosis diagnosis/still -Value 2 -Session $admin | Out-Null
        Get-ConsulKv -Prefix '' -NamesOnly -Recurse -Session $admin | Should -Be $before
        (Get-ConsulKv diagnosis/still -Session $admin).ModifyIndex | Should -Be $index
    }

    It 'names the missing right' {
        $reader = New-LabSession 'key_prefix "" { policy = "read" }'
        $diagnosis = Invoke-ConsulDiagnosis diagnosis/x -Session $reader
        $diagnosis.Verdict | Should -Be 'Faulty'
        $diagnosis.RootCause.Code | Should -BeLike 'Acl.*'
        $diagnosis.RootCause.Remedy | Should -Not -BeNullOrEmpty
    }

    It 'names the port nobody listens at' {
        $diagnosis = Invoke-ConsulDiagnosis diagnosis/x -Session http://127.0.0.1:1
        $diagnosis.Verdict | Should -Be 'Faulty'
        $diagnosis.RootCause.Code | Should -Be 'Tcp.Refused'
        @($diagnosis.Probes | Where-Object Status -EQ Skipped).Summary | Should -Not -Contain ''
    }

    It 'names a configuration that cannot be used' {
        (Invoke-ConsulDiagnosis -Session ftp://consul.test).RootCause.Code | Should -Be 'Config.AddrSchemeUnknown'
    }

    It 'names a value that is too large' {
        (Invoke-ConsulDiagnosis diagnosis/x -Value ('x' * 600000) -Session $admin).RootCause.Code | Should -BeLike 'Limit.*'
    }

    It 'refuses a value without its key, and takes keys from the pipeline with one' {
        { Invoke-ConsulDiagnosis -Session $admin -Value abc } | Should -Throw '*-Value is given without -Key*' -ErrorId 'Request.Invalid,*'
        ('diagnosis/x' | Invoke-ConsulDiagnosis -Session $admin -Value abc).Verdict | Should -Be 'Healthy'
    }

    It 'names a bad key' {
        (Invoke-ConsulDiagnosis /diagnosis/x -Session $admin).RootCause.Code | Should -Be 'Key.LeadingSlash'
    }

    It 'writes a canary only when asked, and leaves nothing behind' {
        $diagnosis = Invoke-ConsulDiagnosis -Canary diagnosis/canary/ -Session $admin
        ($diagnosis.Probes | Where-Object Probe -EQ Canary).Status | Should -Be 'Passed'
        Get-ConsulKv diagnosis/canary/ -NamesOnly -Session $admin | Should -BeNullOrEmpty
        ((Invoke-ConsulDiagnosis -Session $admin).Probes | Where-Object Probe -EQ Canary).Status | Should -Be 'Skipped'
    }

    It 'takes entries and results from the pipeline' {
        (Set-ConsulKv diagnosis/piped 1 -Session $admin | Invoke-ConsulDiagnosis -Session $admin).Key | Should -Be 'diagnosis/piped'
    }

    It 'is done in 300 ms when warm' {
        Invoke-ConsulDiagnosis diagnosis/x -Session $admin | Out-Null
        $fastest = 1..5 | ForEach-Object { (Measure-Command { Invoke-ConsulDiagnosis diagnosis/x -Session $admin }).TotalMilliseconds } | Measure-Object -Minimum
        $fastest.Minimum | Should -BeLessThan 300
    }

    It 'keeps its deadline when nothing answers' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            (Invoke-ConsulDiagnosis a -Session "http://127.0.0.1:$($listener.LocalEndpoint.Port)" -Timeout 2s).Verdict | Should -Be 'Faulty'
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 3.5
        }
        finally { $listener.Stop() }
    }

    It 'shows progress' {
        $shell = [powershell]::Create()
        try {
            $shell.AddScript("Import-Module '$ManifestPath'; Invoke-ConsulDiagnosis a -Session http://127.0.0.1:1").Invoke() | Out-Null
            $shell.Streams.Progress.Activity | Should -Contain 'Diagnosing Consul at http://127.0.0.1:1'
            $shell.Streams.Progress[-1].RecordType | Should -Be 'Completed'
        }
        finally { $shell.Dispose() }
    }

    Context 'as another process or from an error' {
        It 'diagnoses as the program that fails' {
            if (-not $IsLinux) { Set-ItResult -Skipped -Because 'what a program was started with is read from /proc, which only Linux has' ; return }
            $start = [Diagnostics.ProcessStartInfo]::new('bash', [string[]]('-c', 'read -r _'))
            $start.RedirectStandardInput = $true
            $start.Environment['CONSUL_HTTP_ADDR'] = "127.0.0.1:$($agent.Ports.Unused)"
            $start.Environment['CONSUL_HTTP_TOKEN'] = $agent.ManagementToken
            $program = [Diagnostics.Process]::Start($start)
            try {
                # Until it has become bash it still has this process's variables.
                while ((Get-Content /proc/$($program.Id)/comm) -ne 'bash') { Start-Sleep -Milliseconds 20 }
                $diagnosis = Invoke-ConsulDiagnosis diagnosis/x -ProcessId $program.Id
                $diagnosis.RootCause.Code | Should -Be 'Tcp.Refused'
                $diagnosis.Target | Should -Be "http://127.0.0.1:$($agent.Ports.Unused)"
                $diagnosis.Facts['Pid'] | Should -Be $program.Id
                $diagnosis.Findings.Code | Should -Contain 'Config.ShellDiffers'
                $diagnosis | ConvertTo-Json -Depth 8 -WarningAction Ignore | Should -Not -Match $agent.ManagementToken
            }
            finally { $program.Kill(); $program.Dispose() }
        }

        It 'names the parameter when there is no such process' {
            $failed = Get-ErrorOf { Invoke-ConsulDiagnosis -ProcessId 2147483647 }
            $failed.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid*'
            "$failed" | Should -Match 'there is no process 2147483647'
        }

        It 'refuses -Session together with -ProcessId' {
            "$(Get-ErrorOf { Invoke-ConsulDiagnosis -ProcessId $PID -Session $admin })" | Should -Match 'give one of them'
        }

        It 'starts from a failed write: same session, key and operation' {
            $reader = New-LabSession 'key_prefix "" { policy = "read" }'
            $failed = Get-ErrorOf { Set-ConsulKv diagnosis/denied 1 -Session $reader }
            $failed.Exception.Operation.Key | Should -Be 'diagnosis/denied'
            foreach ($diagnosis in (Invoke-ConsulDiagnosis -FromError $failed), ($failed | Invoke-ConsulDiagnosis), (Invoke-ConsulDiagnosis -FromError $failed.Exception)) {
                $diagnosis.Key | Should -Be 'diagnosis/denied'
                $diagnosis.Target | Should -Be $reader.Address
                $diagnosis.RootCause.Code | Should -BeLike 'Acl.*'
            }
            # The same key with a session that may write it is fine.
            (Invoke-ConsulDiagnosis -FromError $failed -Session $admin).Verdict | Should -Be 'Healthy'
        }

        It 'remembers how large the value was' {
            $failed = Get-ErrorOf { Set-ConsulKv diagnosis/large ('x' * 600000) -Session $admin }
            (Invoke-ConsulDiagnosis -FromError $failed).RootCause.Code | Should -BeLike 'Limit.*'
        }

        It 'remembers what was to be done' {
            $none = New-LabSession 'key_prefix "diagnosis/" { policy = "read" }'
            (Get-ErrorOf { Remove-ConsulKv diagnosis/x -Session $none }).Exception.Operation.Operation | Should -Be 'Delete'
            (Get-ErrorOf { Remove-ConsulKv diagnosis/ -Recurse -Force -Session $none }).Exception.Operation.Operation | Should -Be 'DeleteRecurse'
            $blind = New-LabSession 'key_prefix "other/" { policy = "read" }'
            (Get-ErrorOf { Get-ConsulKv diagnosis/x -Session $blind }).Exception.Operation.Operation | Should -Be 'Read'
        }

        It 'starts from an error that ended the command' {
            try { Set-ConsulKv diagnosis/x 1 -Session http://127.0.0.1:1 -ErrorAction Stop } catch { $failed = $_ }
            (Invoke-ConsulDiagnosis -FromError $failed).RootCause.Code | Should -Be 'Tcp.Refused'
        }

        It 'sends errors of others to Resolve-ConsulError' {
            $foreign = Get-ErrorOf { Get-Item /no/such/file }
            "$(Get-ErrorOf { Invoke-ConsulDiagnosis -FromError $foreign })" | Should -Match 'Resolve-ConsulError'
        }

        It 'says when the session of the error is gone' {
            $gone = New-ConsulKvSession -Address http://127.0.0.1:1 -Name gone
            $failed = Get-ErrorOf { Set-ConsulKv diagnosis/x 1 -Session $gone }
            $gone | Remove-ConsulKvSession
            "$(Get-ErrorOf { Invoke-ConsulDiagnosis -FromError $failed })" | Should -Match 'was removed; name another one with -Session'
        }
    }
}

Describe 'Invoke-ConsulDiagnosis more than once, and of idle connections' {
    It 'sums up so many diagnoses' {
        $series = Invoke-ConsulDiagnosis diagnosis/x -Session $admin -Count 3 -Interval 10ms
        $series | Should -BeOfType ([ConsulKvTools.ConsulDiagnosisSeries])
        $series.Diagnoses.Count | Should -Be 3
        "$($series.HealthyCount) $($series.FaultyCount) $($series.Availability) $($series.IsFlapping)" | Should -Be '3 0 1 False'
        ($series.Probes | Where-Object Name -EQ Http).P99 | Should -BeGreaterThan ([timespan]::Zero)
        $series.Layers.Layer | Should -Contain 'Transport'
    }

    It 'counts each cause, with its share and when it was seen' {
        $series = Invoke-ConsulDiagnosis diagnosis/x -Session http://127.0.0.1:1 -Count 2 -Interval 10ms
        "$($series.Causes[0].Code) $($series.Causes[0].Count) $($series.Causes[0].Share)" | Should -Be 'Tcp.Refused 2 1'
        $series.Causes[0].FirstSeen | Should -Be $series.Diagnoses[0].StartedAt
    }

    It 'says each diagnosis of a series to the verbose stream as it ends' {
        $verbose = Invoke-ConsulDiagnosis -Session http://127.0.0.1:1 -Count 2 -Interval 10ms -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] }
        ($verbose -join "`n") | Should -Match '1 of 2: Faulty: Tcp\.Refused'
    }

    It 'waits until it is healthy' {
        $box = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.Address)
        $healer = [powershell]::Create().AddScript({ param($box) Start-Sleep -Milliseconds 1500; $box.Pass() }).AddArgument($box)
        try {
            $box.Refuse()
            $healing = $healer.BeginInvoke()
            $session = New-ConsulKvSession -Address $box.Address.OriginalString.TrimEnd('/') -Token (ConvertTo-Secret $agent.ManagementToken)
            $said = Invoke-ConsulDiagnosis diagnosis/x -Session $session -Wait -Timeout 30s -Interval 100ms -Verbose 4>&1
            ($said | Where-Object { $_ -is [ConsulKvTools.ConsulDiagnosis] }).Verdict | Should -Be 'Healthy'
            # Each change of the cause, not each diagnosis.
            @($said | Where-Object { "$_" -match '^Faulty: Tcp\.Refused' }).Count | Should -Be 1
        }
        finally {
            $healer.EndInvoke($healing)
            $healer.Dispose()
            $box.Dispose()
        }
    }

    It 'waits no longer than its time' {
        $watch = [Diagnostics.Stopwatch]::StartNew()
        (Invoke-ConsulDiagnosis -Session http://127.0.0.1:1 -Wait -Timeout 2s -Interval 100ms).RootCause.Code | Should -Be 'Tcp.Refused'
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 3.5
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = '-Wait with -Count'; With = @{ Wait = $true; Count = 2 } }
        @{ Name = '-Wait with -IdleSeconds'; With = @{ Wait = $true; IdleSeconds = 2 } }
        @{ Name = '-Interval alone'; With = @{ Interval = '1s' } }
        @{ Name = '-AllowDegraded alone'; With = @{ AllowDegraded = $true } }
    ) {
        (Get-ErrorOf { Invoke-ConsulDiagnosis -Session $admin @With }).FullyQualifiedErrorId | Should -Match '^Request\.Invalid,'
    }

    It 'proves that a connection survives silence' {
        $diagnosis = Invoke-ConsulDiagnosis diagnosis/x -Session $admin -IdleSeconds 2
        $diagnosis.Verdict | Should -Be 'Healthy'
        ($diagnosis.Probes | Where-Object Probe -EQ Idle).Summary | Should -Be 'a connection survives 2 s of silence'
    }

    It 'names a box that forgets silent connections' {
        $box = [ConsulKvTools.Lab.TcpFaultProxy]::new($agent.Address)
        try {
            $box.ForgetIdle([timespan]'00:00:01')
            $session = New-ConsulKvSession -Address $box.Address.OriginalString.TrimEnd('/') -Token (ConvertTo-Secret $agent.ManagementToken)
            (Invoke-ConsulDiagnosis diagnosis/x -Session $session -IdleSeconds 2).RootCause.Code | Should -Be 'Tcp.IdleConnectionDropped'
        }
        finally { $box.Dispose() }
    }

    It 'shows what is under way and since when' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $shell = [powershell]::Create()
        try {
            $port = $listener.LocalEndpoint.Port
            $shell.AddScript("Import-Module '$ManifestPath'; Invoke-ConsulDiagnosis a -Session http://127.0.0.1:$port -Timeout 3s").Invoke() | Out-Null
            ($shell.Streams.Progress.StatusDescription -join "`n") | Should -Match "waiting for an answer from 127\.0\.0\.1:$port, \d s"
        }
        finally {
            $shell.Dispose()
            $listener.Stop()
        }
    }
}
