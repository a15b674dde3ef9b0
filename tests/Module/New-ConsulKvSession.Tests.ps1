BeforeAll { . $PSScriptRoot/Lab.ps1 }

Describe 'New-ConsulKvSession' {
    AfterEach { Get-ConsulKvSession | Remove-ConsulKvSession }

    It 'takes every parameter the design names' {
        $names = (Get-Command New-ConsulKvSession).Parameters.Keys
        foreach ($name in 'Address', 'Token', 'TokenFile', 'CACertificate', 'CAPath', 'ClientCertificate', 'ClientKey', 'ClientCertificatePassword', 'TlsServerName',
            'SkipCertificateCheck', 'Datacenter', 'Namespace', 'Partition', 'Proxy', 'ProxyCredential', 'NoProxy', 'ConnectTimeout', 'RetryPolicy', 'MaxConnections', 'LogPath', 'LogMaximumSize', 'LogFiles', 'Name', 'Default') {
            $names | Should -Contain $name
        }
    }

    It 'uses Consul''s own default address when nothing is set' {
        (New-ConsulKvSession).Address | Should -Be 'http://127.0.0.1:8500'
    }

    It 'takes what is not given from the CONSUL_* environment' {
        $env:CONSUL_HTTP_ADDR = 'consul.test:1234'
        try { (New-ConsulKvSession).Address | Should -Be 'http://consul.test:1234' } finally { Remove-Item env:CONSUL_HTTP_ADDR }
    }

    It 'takes the token from a SecureString' {
        $session = New-ConsulKvSession -Token (ConvertTo-Secret '11112222-3333-4444-5555-666677778888')
        $session.HasToken | Should -BeTrue
        $session.TokenFingerprint | Should -Match '^[0-9a-f]{4}$'
    }

    It 'takes the token from the password of a PSCredential' {
        $secret = ConvertTo-Secret '11112222-3333-4444-5555-666677778888'
        $credential = [pscredential]::new('any', $secret)
        (New-ConsulKvSession -Token $credential).TokenFingerprint | Should -Be (New-ConsulKvSession -Token $secret).TokenFingerprint
    }

    It 'refuses a plain text token without repeating it, and names what to give' {
        $failure = Get-ErrorOf { New-ConsulKvSession -Token 'feedbeef-plain-text' }
        "$failure" | Should -Match 'ConvertTo-SecureString'
        "$failure" | Should -Match 'Read-Host -AsSecureString'
        "$failure" | Should -Not -Match 'feedbeef'
    }

    It 'reads a token file relative to the PowerShell location' {
        Set-Content TestDrive:/token '11112222-3333-4444-5555-666677778888'
        Push-Location TestDrive:/
        try { (New-ConsulKvSession -TokenFile ./token).HasToken | Should -BeTrue } finally { Pop-Location }
    }

    It 'says which file is missing' {
        $failure = Get-ErrorOf { New-ConsulKvSession https://consul.test:8501 -CACertificate TestDrive:/nowhere.pem }
        $failure.FullyQualifiedErrorId | Should -Match '^(Config|Tls)\.'
        "$failure" | Should -Match 'nowhere\.pem'
    }

    It 'refuses a path that is not a file''s' {
        $failure = Get-ErrorOf { New-ConsulKvSession -TokenFile env:PATH }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        "$failure" | Should -Match 'Environment provider'
    }

    It 'refuses an unknown scheme with the finding''s code, the input as target and a recommendation' {
        $failure = Get-ErrorOf { New-ConsulKvSession ftp://consul.test }
        $failure.FullyQualifiedErrorId | Should -Be 'Config.AddrSchemeUnknown,ConsulKvTools.Commands.NewConsulKvSessionCommand'
        $failure.CategoryInfo.Category | Should -Be 'InvalidArgument'
        $failure.TargetObject | Should -Be 'ftp://consul.test'
        $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        $failure.Exception | Should -BeOfType ([ConsulKvTools.ConsulConfigurationException])
        $failure.Exception.Finding.Code | Should -Be 'Config.AddrSchemeUnknown'
    }

    It 'limits its connections to 64, or to what is given' {
        (New-ConsulKvSession).MaxConnections | Should -Be 64
        $session = New-ConsulKvSession -MaxConnections 3
        $session.MaxConnections | Should -Be 3
        $session | Format-List | Out-String | Should -Match 'MaxConnections\s*: 3'
        foreach ($wrong in 0, 201) { (Get-ErrorOf { New-ConsulKvSession -MaxConnections $wrong }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError,*' }
    }

    It 'is caught by area' {
        $caught = try { New-ConsulKvSession ftp://consul.test } catch [ConsulKvTools.ConsulConfigurationException] { 'configuration' }
        $caught | Should -Be 'configuration'
    }

    It 'tells switched-off verification from verification asked for' {
        $on = New-ConsulKvSession https://consul.test:8501 -SkipCertificateCheck -WarningAction SilentlyContinue
        ($on.Configuration | Where-Object Name -EQ SkipCertificateCheck).Value | Should -Be 'true'
        $env:CONSUL_HTTP_SSL_VERIFY = 'false'
        try {
            $off = New-ConsulKvSession https://consul.test:8501 -SkipCertificateCheck:$false
            ($off.Configuration | Where-Object Name -EQ SkipCertificateCheck).Value | Should -Be 'false'
        }
        finally { Remove-Item env:CONSUL_HTTP_SSL_VERIFY }
    }

    It 'warns of settings that work but are unsafe' {
        New-ConsulKvSession https://consul.test:8501 -SkipCertificateCheck -WarningVariable said -WarningAction SilentlyContinue | Out-Null
        "$said" | Should -Match '^Config\.|^Tls\.'
    }
}

Describe 'Get-ConsulKvSession and Remove-ConsulKvSession' {
    AfterEach { Get-ConsulKvSession | Remove-ConsulKvSession }

    It 'lists sessions by name, with wildcards' {
        New-ConsulKvSession http://a:1 -Name one | Out-Null
        New-ConsulKvSession http://b:1 -Name two | Out-Null
        (Get-ConsulKvSession).Name | Should -Be 'one', 'two'
        (Get-ConsulKvSession T*).Address | Should -Be 'http://b:1'
    }

    It 'says so when a name is not there' {
        (Get-ErrorOf { Get-ConsulKvSession nobody }).CategoryInfo.Category | Should -Be 'ObjectNotFound'
        Get-ErrorOf { Get-ConsulKvSession nobody* } | Should -BeNullOrEmpty
    }

    It 'disposes what is removed, and says so when it is used after that' {
        $session = New-ConsulKvSession http://127.0.0.1:1
        $session | Remove-ConsulKvSession
        $session.IsDisposed | Should -BeTrue
        Get-ConsulKvSession | Should -BeNullOrEmpty
        $failure = Get-ErrorOf { Get-ConsulKv a -Session $session }
        "$failure" | Should -Match 'New-ConsulKvSession'
    }

    It 'only says what it would remove with -WhatIf' {
        $session = New-ConsulKvSession http://127.0.0.1:1
        $session | Remove-ConsulKvSession -WhatIf
        $session.IsDisposed | Should -BeFalse
    }
}

Describe 'Which session is used' {
    BeforeAll {
        $agent = Get-LabAgent
        $agent.PutKey('which/x', 'here')
    }
    AfterEach {
        Get-ConsulKvSession | Remove-ConsulKvSession
        Remove-Item env:CONSUL_HTTP_ADDR, env:CONSUL_HTTP_TOKEN -ErrorAction Ignore
    }

    It 'takes the default session, and says so in the verbose stream' {
        New-LabSession -With @{ Default = $true } | Out-Null
        $said = Get-ConsulKv which/x -Verbose 4>&1
        ($said | Where-Object { $_ -is [ConsulKvTools.ConsulKvEntry] }).Value | Should -Be 'here'
        "$said" | Should -Match 'default session'
    }

    It 'takes the environment of that moment when there is no default session' {
        $env:CONSUL_HTTP_ADDR = $agent.Address.OriginalString
        $env:CONSUL_HTTP_TOKEN = $agent.ManagementToken
        (Get-ConsulKv which/x).Value | Should -Be 'here'
        $env:CONSUL_HTTP_TOKEN = [guid]::NewGuid()
        (Get-ErrorOf { Get-ConsulKv which/x }).FullyQualifiedErrorId | Should -BeLike 'Acl.TokenNotFound,*'
    }

    It 'warns when Consul''s own default address is used beside a session that is no default' {
        $nothing = @{ CONSUL_HTTP_ADDR = ''; CONSUL_HTTP_TOKEN = '' }
        $ask = 'Test-ConsulConnectivity -Quiet -Timeout 2s 3>&1 | Where-Object { $_ -is [Management.Automation.WarningRecord] } | ForEach-Object Message'
        Invoke-NewShell "New-ConsulKvSession http://127.0.0.1:1 -Name made | Out-Null; $ask" $nothing | Should -Match "127.0.0.1:8500 is used.*'made'.*not the default"
        Invoke-NewShell "New-ConsulKvSession http://127.0.0.1:1 -Name made -Default | Out-Null; $ask" $nothing | Should -BeNullOrEmpty
        Invoke-NewShell "New-ConsulKvSession http://127.0.0.1:1 -Name made | Out-Null; $ask" @{ CONSUL_HTTP_ADDR = '127.0.0.1:1' } | Should -BeNullOrEmpty
        Invoke-NewShell $ask $nothing | Should -BeNullOrEmpty
    }

    It 'takes an address in place of a session' {
        $env:CONSUL_HTTP_TOKEN = $agent.ManagementToken
        (Get-ConsulKv which/x -Session $agent.Address.OriginalString).Value | Should -Be 'here'
        (Get-ConsulKv which/x -Session $agent.Address).Value | Should -Be 'here'
    }

    It 'keeps its connections while the environment stays the same' {
        $env:CONSUL_HTTP_ADDR = $agent.Address.OriginalString
        $env:CONSUL_HTTP_TOKEN = $agent.ManagementToken
        $port = $agent.Address.Port
        Get-ConsulKv which/x | Out-Null
        $before = (Get-NetworkConnections $port)
        1..20 | ForEach-Object { Get-ConsulKv which/x | Out-Null }
        (Get-NetworkConnections $port) | Should -BeLessOrEqual ($before + 1)
    }

    It 'falls back to the environment when the default session was removed' {
        New-ConsulKvSession http://127.0.0.1:1 -Default | Remove-ConsulKvSession
        $env:CONSUL_HTTP_ADDR = $agent.Address.OriginalString
        $env:CONSUL_HTTP_TOKEN = $agent.ManagementToken
        (Get-ConsulKv which/x).Value | Should -Be 'here'
    }

    It 'gives each runspace a default of its own' {
        New-LabSession -With @{ Default = $true } | Out-Null
        $shell = [powershell]::Create()
        try {
            $shell.AddScript("Import-Module '$ManifestPath'; (Get-ConsulKvSession).Count; Get-ConsulKv x -Verbose -Session http://127.0.0.1:1 -ErrorAction Ignore; Test-ConsulConnectivity -Verbose 4>&1 | Out-String").Invoke() -join ' ' | Should -Match '127\.0\.0\.1:8500'
        }
        finally { $shell.Dispose() }
    }

    It 'refuses what is no session' {
        "$(Get-ErrorOf { Get-ConsulKv a -Session 42 })" | Should -Match 'New-ConsulKvSession'
        "$(Get-ErrorOf { Get-ConsulKv a -Session '' })" | Should -Match 'empty'
    }

    It 'fails with the configuration''s own finding when the address cannot be used' {
        (Get-ErrorOf { Get-ConsulKv a -Session ftp://x }).FullyQualifiedErrorId | Should -BeLike 'Config.AddrSchemeUnknown,*'
    }
}

Describe 'Sessions over TLS and unix sockets' {
    BeforeAll {
        $lab = [ConsulKvTools.Lab.CertificateLab]::new()
        $ca = $lab.Authority()
        $client = $ca.IssueClient('module-tests')
        $options = [ConsulKvTools.Lab.ConsulAgentOptions]::new()
        $options.Tls = [ConsulKvTools.Lab.AgentTlsOptions]::new($ca.Issue('localhost', '127.0.0.1'))
        $options.Tls.VerifyIncoming = $true
        # The lab asks the agent whether it is up, and must show a certificate too.
        $options.Tls.ControlCertificate = $client
        $options.UnixSocket = $true
        $secure = [ConsulKvTools.Lab.ConsulAgent]::Start($options)
        $address = $secure.HttpsAddress.OriginalString
    }
    AfterEach { Get-ConsulKvSession | Remove-ConsulKvSession }
    AfterAll {
        if ($secure) { $secure.Dispose() }
        $lab.Dispose()
    }

    It 'writes with a client certificate: <Name>' -ForEach @(
        @{ Name = 'a PEM pair'; Make = { @{ ClientCertificate = $client.CertificateFile; ClientKey = $client.KeyFile } } }
        @{ Name = 'a PFX with a password'; Make = { @{ ClientCertificate = $client.PfxFile; ClientCertificatePassword = ConvertTo-Secret ([ConsulKvTools.Lab.IssuedCertificate]::PfxPassword) } } }
    ) {
        $with = & $Make
        $session = New-ConsulKvSession $address -CACertificate $ca.CertificateFile @with
        (Set-ConsulKv tls/x 1 -Session $session).Outcome | Should -Be 'Written'
        (Invoke-ConsulDiagnosis tls/x -Session $session).Verdict | Should -Be 'Healthy'
    }

    It 'reads paths relative to the PowerShell location' {
        Push-Location (Split-Path $ca.CertificateFile)
        try {
            $session = New-ConsulKvSession $address -CACertificate (Split-Path $ca.CertificateFile -Leaf) -ClientCertificate $client.CertificateFile -ClientKey $client.KeyFile
            (Set-ConsulKv tls/y 1 -Session $session).Outcome | Should -Be 'Written'
        }
        finally { Pop-Location }
    }

    It 'names an authority that is not the agent''s as a security error' {
        $other = $lab.Authority('Another CA')
        $session = New-ConsulKvSession $address -CACertificate $other.CertificateFile -ClientCertificate $client.CertificateFile -ClientKey $client.KeyFile -RetryPolicy (New-ConsulRetryPolicy 1)
        $result = Set-ConsulKv tls/x 2 -Session $session -ErrorVariable failure -ErrorAction SilentlyContinue
        $result.Outcome | Should -Be 'Failed'
        $result.Code | Should -BeLike 'Tls.*'
        $failure[0].CategoryInfo.Category | Should -Be 'SecurityError'
        (Invoke-ConsulDiagnosis tls/x -Session $session).RootCause.Code | Should -BeLike 'Tls.*'
    }

    It 'writes through a unix socket' -Skip:$IsWindows {
        (Set-ConsulKv tls/unix 1 -Session $secure.UnixAddress.OriginalString).Outcome | Should -Be 'Written'
    }
}
