BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Add-ConsulShouldOperator
    $admin = New-LabSession -With @{ Name = 'admin' }
    $reader = New-LabSession 'key_prefix "should/" { policy = "read" }' -With @{ Name = 'reader'; RetryPolicy = New-ConsulRetryPolicy 1 }
    $dead = New-ConsulKvSession http://127.0.0.1:1 -RetryPolicy (New-ConsulRetryPolicy 1) -Name dead
    $text = Get-Random
    Set-ConsulKv should/value "v$text" -Session $admin | Out-Null
    $written = Set-ConsulKv should/a 1 -Session $admin
    $denied = Set-ConsulKv should/b 1 -Session $reader -ErrorAction SilentlyContinue
    # The message of an assertion that does not hold; nothing when it holds.
    function Get-Complaint([scriptblock] $Assertion) { try { & $Assertion; $null } catch { "$($_.Exception.Message)" } }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Should -BeWrittenToConsul' {
    It 'takes a write that went through, and says why one did not' {
        $written | Should -BeWrittenToConsul
        $written, $written | Should -BeWrittenToConsul
        $said = Get-Complaint { $denied | Should -BeWrittenToConsul -Because 'the service starts with it' }
        $said | Should -Match "Expected 'should/b' to be written to Consul, because the service starts with it, but 'should/b' was Denied"
        $said | Should -Match 'Acl\.'
        $said | Should -Match 'Cause: .+'
        $said | Should -Match 'Remedy: .+'
    }

    It 'names the one of many that failed' {
        Get-Complaint { $written, $denied | Should -BeWrittenToConsul } | Should -Match "all of 2 keys to be written.+'should/b' was Denied"
    }

    It 'negated, wants that none went through' {
        $denied | Should -Not -BeWrittenToConsul
        Get-Complaint { $written, $denied | Should -Not -BeWrittenToConsul } | Should -Match "'should/a' was"
    }

    It 'never takes what is no result: <Name>' -ForEach @(@{ Name = 'nothing'; What = $null }, @{ Name = 'text'; What = 'Written' }) {
        Get-Complaint { $What | Should -BeWrittenToConsul } | Should -Match 'Expected results of Set-ConsulKv'
        Get-Complaint { $What | Should -Not -BeWrittenToConsul } | Should -Match 'Expected results of Set-ConsulKv'
    }
}

Describe 'Should -HaveConsulAccess' {
    It 'says what the token may do, and carries the finding when not' {
        'should/x' | Should -HaveConsulAccess Write -Session $admin
        'should/x' | Should -HaveConsulAccess Read, List -Session $reader
        $said = Get-Complaint { 'should/x' | Should -HaveConsulAccess Read, Write -Session $reader }
        $said | Should -Match "have Write access to 'should/x', but it has not"
        $said | Should -Match 'Acl\.\w+: '
        $said | Should -Match 'Remedy: '
    }

    It 'negated, wants none of it' {
        'should/x' | Should -Not -HaveConsulAccess Write -Session $reader
        Get-Complaint { 'should/x' | Should -Not -HaveConsulAccess Write, Read -Session $reader } | Should -Match "not to have Read access to 'should/x', but it has"
    }

    It 'passes neither way for a token that does not exist, or an agent that does not answer' {
        $unknown = New-ConsulKvSession (Get-LabAgent).AddressText -Token (ConvertTo-Secret ([guid]::NewGuid())) -RetryPolicy (New-ConsulRetryPolicy 1) -Name unknown
        Get-Complaint { 'should/x' | Should -HaveConsulAccess Write -Session $unknown } | Should -Match 'Acl\.TokenNotFound'
        Get-Complaint { 'should/x' | Should -Not -HaveConsulAccess Write -Session $unknown } | Should -Match 'Acl\.TokenNotFound'
        foreach ($negate in $false, $true) { Get-Complaint { 'should/x' | Should -HaveConsulAccess Write -Session $dead -Not:$negate } | Should -Not -BeNullOrEmpty }
    }
}

Describe 'Should -HaveConsulValue' {
    It 'compares a value, and shows both when they differ' {
        'should/value' | Should -HaveConsulValue "v$text" -Session $admin
        'should/value' | Should -HaveConsulValue -Session $admin
        Get-Complaint { 'should/value' | Should -HaveConsulValue other -Session $admin } | Should -Match "'other', but it has 'v$text'"
        Get-Complaint { 'should/none' | Should -HaveConsulValue -Session $admin } | Should -Match 'Key\.Missing'
        Get-Complaint { 'should/none' | Should -HaveConsulValue x -Session $admin } | Should -Match 'does not exist'
    }

    It 'negated, wants another value, or no key' {
        'should/value' | Should -Not -HaveConsulValue other -Session $admin
        'should/none' | Should -Not -HaveConsulValue -Session $admin
        Get-Complaint { 'should/value' | Should -Not -HaveConsulValue "v$text" -Session $admin } | Should -Match 'but it has'
        Get-Complaint { 'should/value' | Should -Not -HaveConsulValue -Session $admin } | Should -Match 'but it does'
    }

    It 'passes neither way where nothing can be read' {
        foreach ($negate in $false, $true) { Get-Complaint { 'should/value' | Should -HaveConsulValue -Session $dead -Not:$negate } | Should -Match 'Tcp\.Refused' }
    }
}

Describe 'Should -BeReachableConsul and -BeHealthyConsul' {
    It 'takes an address, a session or a result' {
        $admin | Should -BeReachableConsul
        (Get-LabAgent).AddressText | Should -BeReachableConsul
        Test-ConsulConnectivity -Session $dead | Should -Not -BeReachableConsul
        Get-Complaint { $dead | Should -BeReachableConsul } | Should -Match 'Tcp\.Refused'
        Get-Complaint { $admin | Should -Not -BeReachableConsul } | Should -Match 'but it is'
    }

    It 'wants a healthy diagnosis, or one that is good enough' {
        $admin | Should -BeHealthyConsul -Key should/a -AllowDegraded
        $reader | Should -Not -BeHealthyConsul -Key should/a
        Get-Complaint { $reader | Should -BeHealthyConsul -Key should/a } | Should -Match 'it is Faulty[\s\S]+Acl\.[\s\S]+Remedy: '
        Invoke-ConsulDiagnosis -Session $dead | Should -Not -BeHealthyConsul
    }
}

Describe 'Add-ConsulShouldOperator' {
    It 'may run again, also after Pester or the module was imported again' {
        Add-ConsulShouldOperator
        $written | Should -BeWrittenToConsul
        $pester = Join-Path (Get-Module Pester).ModuleBase 'Pester.psd1'
        $script = "`$ErrorActionPreference = 'Stop'; Import-Module '$pester'; Add-ConsulShouldOperator; Add-ConsulShouldOperator; Import-Module '$pester' -Force; Add-ConsulShouldOperator; Import-Module '$ManifestPath' -Force; Add-ConsulShouldOperator; " +
            "Remove-Module Pester; Import-Module '$pester'; Add-ConsulShouldOperator; @(Get-ShouldOperator | Where-Object Name -Match Consul).Count"
        Invoke-NewShell $script | Should -Be '5'
    }

    It 'leaves room for operators of others' {
        # Pester takes 32 in all.
        @(Get-ShouldOperator).Count | Should -BeLessThan 32
    }

    It 'says what is missing where Pester is not loaded, where the module imports all the same' {
        Invoke-NewShell '$PSModuleAutoLoadingPreference = "None"; try { Add-ConsulShouldOperator } catch { $_.FullyQualifiedErrorId; "$($_.ErrorDetails)" }; (Get-Command Set-ConsulKv).Name' | Should -Match '(?s)^Request\.Invalid,.+Import-Module Pester.+Set-ConsulKv$'
    }
}
