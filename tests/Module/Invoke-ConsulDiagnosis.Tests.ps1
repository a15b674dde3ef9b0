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
        It 'diagnoses as the program that fails' -Skip:(-not $IsLinux) {
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
