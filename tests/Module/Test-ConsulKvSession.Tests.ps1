BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $address = $agent.Address.OriginalString
    function Get-Codes($Session) { @((Test-ConsulKvSession $Session).Findings.Code | Where-Object { $_ } | Sort-Object) }
    # The first address of this machine that is not loopback: nothing leaves it.
    $outside = ([Net.Dns]::GetHostAddresses([Net.Dns]::GetHostName()) | Where-Object { $_.AddressFamily -eq 'InterNetwork' -and -not [Net.IPAddress]::IsLoopback($_) } | Select-Object -First 1).IPAddressToString
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Test-ConsulKvSession' {
    It 'has nothing to say of a session with a token of its own on this machine' {
        $good = New-LabSession 'key_prefix "app/" { policy = "write" }'
        $results = Test-ConsulKvSession $good
        $results.Probe | Should -Be 'Encryption', 'Verification', 'CertificateName', 'Proxy', 'TokenSource', 'TokenFile', 'Timeouts', 'Token', 'Agent'
        $results.Status | Select-Object -Unique | Should -Be 'Passed'
        Test-ConsulKvSession $good -Quiet | Should -BeExactly $true
    }

    It 'names a management token' {
        Get-Codes (New-LabSession) | Should -Be 'Acl.ManagementTokenUsed'
        Test-ConsulKvSession (New-LabSession) -Quiet | Should -BeExactly $false
    }

    It 'names a management token whose policy comes from a role' {
        $agent.Send('PUT', '/v1/acl/role', '{"Name":"all-of-it","Policies":[{"Name":"global-management"}]}').EnsureSuccess('role') | Out-Null
        $token = $agent.CreateTokenFromJson('{"Roles":[{"Name":"all-of-it"}]}').SecretId
        $session = New-ConsulKvSession $address -Token (ConvertTo-Secret $token)
        Get-Codes $session | Should -Be 'Acl.ManagementTokenUsed'
        (Test-ConsulAcl app/x -Operation Write -Session $session).Notes.Code | Should -Contain 'Acl.ManagementTokenUsed'
    }

    It 'names a missing token where ACLs are on, and ACLs that are off' {
        Get-Codes (New-ConsulKvSession $address) | Should -Contain 'Config.TokenMissing'
        $options = [ConsulKvTools.Lab.ConsulAgentOptions]::new(); $options.InMemory = $true
        $open = [ConsulKvTools.Lab.ConsulAgent]::Start($options)
        try { Get-Codes (New-ConsulKvSession $open.Address.OriginalString) | Should -Be 'Acl.Disabled' } finally { $open.Dispose() }
    }

    It 'names a token that ends soon' {
        $headers = @{ 'X-Consul-Token' = $agent.ManagementToken }
        $token = Invoke-RestMethod "$($agent.AddressText)/v1/acl/token" -Method Put -Headers $headers -Body '{"ExpirationTTL":"5h"}'
        $session = New-ConsulKvSession $address -Token (ConvertTo-Secret $token.SecretID)
        Get-Codes $session | Should -Contain 'Acl.TokenExpiresSoon'
        @((Test-ConsulKvSession $session -ExpiryWarning 1h).Findings.Code) | Should -Not -Contain 'Acl.TokenExpiresSoon'
    }

    It 'names a token in the environment' {
        $env:CONSUL_HTTP_TOKEN = $agent.CreateToken('key_prefix "app/" { policy = "write" }').SecretId
        try { Get-Codes (New-ConsulKvSession $address) | Should -Be 'Hygiene.TokenInEnvironment' } finally { Remove-Item env:CONSUL_HTTP_TOKEN }
    }

    It 'names a token file that others may read' -Skip:$IsWindows {
        $file = Join-Path $TestDrive 'token'
        Set-Content $file $agent.CreateToken('key_prefix "app/" { policy = "write" }').SecretId
        chmod 644 $file
        $session = New-ConsulKvSession $address -TokenFile $file
        (Test-ConsulKvSession $session | Where-Object Probe -EQ TokenFile).Findings[0].Command | Should -Match 'chmod 600'
        chmod 600 $file
        Test-ConsulKvSession $session -Quiet | Should -BeExactly $true
    }

    It 'names time-outs that are too long or too short' {
        $token = ConvertTo-Secret $agent.CreateToken('key_prefix "app/" { policy = "write" }').SecretId
        Get-Codes (New-ConsulKvSession $address -Token $token -RetryPolicy (New-ConsulRetryPolicy -TotalTimeout 1h)) | Should -Be 'Hygiene.TimeoutTooLong'
        Get-Codes (New-ConsulKvSession $address -Token $token -RetryPolicy (New-ConsulRetryPolicy -AttemptTimeout 2s)) | Should -Be 'Config.TimeoutTooShort'
    }

    It 'names a proxy that sees the token' {
        $proxy = [ConsulKvTools.Lab.HttpProxyServer]::new()
        try {
            $session = New-ConsulKvSession $address -Token (ConvertTo-Secret $agent.CreateToken('key_prefix "app/" { policy = "write" }').SecretId) -Proxy $proxy.Address.OriginalString
            Get-Codes $session | Should -Be 'Hygiene.TokenThroughProxy'
        }
        finally { $proxy.Dispose() }
    }

    It 'names what is wrong off loopback: no TLS, no verification, a number in place of a name' {
        if (-not $outside) { Set-ItResult -Skipped -Because 'this machine has no address but loopback'; return }
        $policy = New-ConsulRetryPolicy 1 -AttemptTimeout 8s -ElectionPatience 0s
        $plain = New-ConsulKvSession "http://${outside}:1" -Token (ConvertTo-Secret ([guid]::NewGuid())) -ConnectTimeout 100ms -RetryPolicy $policy
        Get-Codes $plain | Should -Be 'Config.TokenInClear'
        (Test-ConsulKvSession $plain | Where-Object Probe -EQ Token).Status | Should -Be 'Skipped'
        $number = New-ConsulKvSession "https://${outside}:1" -SkipCertificateCheck -ConnectTimeout 100ms -RetryPolicy $policy
        Get-Codes $number | Should -Be 'Config.VerificationOff', 'Hygiene.AddressByNumber'
    }

    It 'says that the agent did not answer, not that a right is missing' {
        if (-not $outside) { Set-ItResult -Skipped -Because 'this machine has no address but loopback'; return }
        $gone = New-ConsulKvSession "http://${outside}:1" -ConnectTimeout 1s -RetryPolicy (New-ConsulRetryPolicy -MaxAttempts 1) -WarningAction SilentlyContinue
        $results = Test-ConsulKvSession $gone
        ($results | Where-Object Probe -EQ Agent).Status | Should -Be 'Skipped'
        $summary = ($results | Where-Object Probe -EQ Agent).Summary
        $summary | Should -BeLike 'the agent could not be asked what it is: *'
        $summary | Should -Not -Match 'agent:read'
        # The same failure as the token's.
        ($results | Where-Object Probe -EQ Token).Summary | Should -BeLike "*$($summary -replace '^.*?what it is: ', '')"
    }

    It 'names a server that is addressed in place of an agent of one''s own' {
        if (-not $outside) { Set-ItResult -Skipped -Because 'this machine has no address but loopback'; return }
        $options = [ConsulKvTools.Lab.ConsulAgentOptions]::new(); $options.InMemory = $true
        $options.ExtraConfig = "{ ""addresses"": { ""http"": ""127.0.0.1 $outside"" } }"
        $server = [ConsulKvTools.Lab.ConsulAgent]::Start($options)
        try {
            $session = New-ConsulKvSession "http://${outside}:$($server.Address.Port)" -WarningAction SilentlyContinue
            (Test-ConsulKvSession $session | Where-Object Probe -EQ Agent).Findings.Code | Should -Be 'Hygiene.ServerAddressed'
            Get-Codes $session | Should -Contain 'Config.TlsNotUsed'
        }
        finally { $server.Dispose() }
    }
}
