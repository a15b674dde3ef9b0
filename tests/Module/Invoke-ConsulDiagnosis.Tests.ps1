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
}
