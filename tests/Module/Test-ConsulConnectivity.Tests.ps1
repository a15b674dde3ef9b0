BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Test-ConsulConnectivity' {
    It 'reaches a real agent, with the time of each layer' {
        $result = Test-ConsulConnectivity -Session $session
        $result | Should -BeOfType ([ConsulKvTools.ConsulConnectivityResult])
        $result.Succeeded | Should -BeTrue
        $result.RootCause | Should -BeNullOrEmpty
        $result.HttpTime.TotalMilliseconds | Should -BeGreaterThan 0
        $result.Probes.Count | Should -BeGreaterThan 2
    }

    It 'needs no token' {
        (Test-ConsulConnectivity -Session $agent.Address.OriginalString).Succeeded | Should -BeTrue
    }

    It 'names what is in the way when nothing listens' {
        $result = Test-ConsulConnectivity -Session http://127.0.0.1:1
        $result.Succeeded | Should -BeFalse
        $result.RootCause.Code | Should -Be 'Tcp.Refused'
    }

    It 'is a yes or no with -Quiet' {
        Test-ConsulConnectivity -Session $session -Quiet | Should -BeExactly $true
        Test-ConsulConnectivity -Session http://127.0.0.1:1 -Quiet | Should -BeExactly $false
    }

    It 'tells of a configuration that cannot be used instead of failing of it' {
        $result = Test-ConsulConnectivity -Session ftp://consul.test
        $result.Succeeded | Should -BeFalse
        $result.RootCause.Code | Should -Be 'Config.AddrSchemeUnknown'
    }

    It 'keeps its time when nothing answers' {
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        try {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            (Test-ConsulConnectivity -Session "http://127.0.0.1:$($listener.LocalEndpoint.Port)" -Timeout 1s).Succeeded | Should -BeFalse
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 3
        }
        finally { $listener.Stop() }
    }

    It 'names a time-out that is none' {
        "$(Get-ErrorOf { Test-ConsulConnectivity -Timeout 5 })" | Should -Match "'5' is not a duration"
        (Get-ErrorOf { Test-ConsulConnectivity -Timeout 0 }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }
}
