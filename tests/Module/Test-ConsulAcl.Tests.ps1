BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $admin = New-LabSession -With @{ Name = 'admin' }
    $writer = New-LabSession 'key_prefix "acl/mine/" { policy = "write" } key_prefix "acl/" { policy = "read" }' -With @{ Name = 'writer' }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Test-ConsulAcl' {
    It 'tests reading and writing when not told what' {
        $results = Test-ConsulAcl acl/mine/x -Session $writer
        $results.Operation | Should -Be 'Read', 'Write'
        $results.Allowed | Should -Be $true, $true
    }

    It 'says what is denied, why, and which rule would allow it' {
        $result = Test-ConsulAcl acl/other -Operation Write -Session $writer
        $result.Allowed | Should -BeFalse
        $result.Code | Should -BeLike 'Acl.*'
        $result.SuggestedRule | Should -Match 'key'
    }

    It 'shows the deciding rule with an admin session' {
        $result = Test-ConsulAcl acl/other -Operation Write -Session $writer -AdminSession $admin
        $result.Allowed | Should -BeFalse
        $result.DecidingRule | Should -Match 'acl/'
        $result.Policies | Should -Not -BeNullOrEmpty
    }

    It 'says why, rule by rule, with an admin session' {
        $token = New-LabSession 'key_prefix "" { policy = "read" } key_prefix "why/" { policy = "write" } key "why/ro" { policy = "read" }'
        $result = Test-ConsulAcl why/ro -Operation Write -Session $token -AdminSession $admin
        $result.Code | Should -Be 'Acl.ExactOverridesPrefix'
        $result.Rules.Count | Should -Be 3
        $result.Rules[0].IsDeciding | Should -BeTrue
        $result.Rules[0].PolicyId | Should -Match '^[0-9a-f-]{36}$'
        $result.Rules[1].Why | Should -Be 'a rule for exactly this name decides'
        $result.Reason | Should -Match 'exactly this key'
        (Test-ConsulAcl why/x -Operation Write -Session $token -AdminSession $admin).DecidedBy | Should -Be $result.Rules[0].Policy
    }

    It 'says of a token whose rules it may not read only what Consul answers' {
        $result = Test-ConsulAcl acl/other -Operation Write -Session $writer
        $result.Rules | Should -BeNullOrEmpty
        $result.DecidedBy | Should -BeNullOrEmpty
        $result.Reason | Should -Match 'acl:read'
        $result.Notes.Code | Should -Contain 'Acl.CannotSeePolicies'
    }

    It 'shows an anonymous request''s own rules to an admin' {
        $nobody = New-ConsulKvSession -Address (Get-LabAgent).Address.OriginalString
        $result = Test-ConsulAcl acl/other -Operation Write -Session $nobody -AdminSession $admin
        $result.Code | Should -Be 'Acl.AnonymousDenied'
        $result.Reason | Should -Match 'anonymous token'
        $result.DecidedBy | Should -Be 'default policy (deny)'
    }

    It 'suggests the smallest rule, and commands that make it so: <Name>' -ForEach @(
        @{ Name = 'a new rule'; Rules = 'key_prefix "other/" { policy = "write" }'; Rule = 'key "grant/x" { policy = "write" }' }
        @{ Name = 'a denial corrected'; Rules = '# keep me
key "grant/x" { policy = "deny" } key_prefix "other/" { policy = "write" }'; Rule = 'key "grant/x" { policy = "write" }' }
    ) {
        $token = New-LabSession $Rules
        $result = Test-ConsulAcl grant/x -Operation Write -Session $token -AdminSession $admin
        $result.SuggestedRule | Should -Be $Rule
        $env:CONSUL_HTTP_ADDR = (Get-LabAgent).AddressText
        $env:CONSUL_HTTP_TOKEN = (Get-LabAgent).ManagementToken
        $path = $env:PATH
        $env:PATH = [IO.Path]::GetDirectoryName([ConsulKvTools.Lab.ConsulBinary]::Locate().Path) + [IO.Path]::PathSeparator + $path
        # As pasted into this very PowerShell.
        try { $result.Command -split "`n" | ForEach-Object { Invoke-Expression $_ | Out-Null; $LASTEXITCODE | Should -Be 0 -Because $_ } }
        finally { Remove-Item env:CONSUL_HTTP_ADDR, env:CONSUL_HTTP_TOKEN; $env:PATH = $path }
        (Set-ConsulKv grant/x 1 -Session $token).Outcome | Should -Be 'Written'
        (Test-ConsulAcl other/x -Operation Write -Session $token).Allowed | Should -BeTrue
        (Test-ConsulAcl grant/xy -Operation Write -Session $token).Allowed | Should -BeFalse
    }

    It 'never shows a token' {
        $agent = Get-LabAgent
        $secret = $agent.CreateToken('key_prefix "a" { policy = "read" }').SecretId
        $result = Test-ConsulAcl a -Operation Write, Lock -Session (New-ConsulKvSession -Address $agent.AddressText -Token (ConvertTo-Secret $secret)) -AdminSession $admin
        $shown = ($result | ConvertTo-Json -Depth 8) + ($result | Format-List | Out-String)
        $shown | Should -Not -Match $secret.Substring(0, 8)
        $shown | Should -Not -Match $agent.ManagementToken.Substring(0, 8)
    }

    It 'can be read at <_> columns' -ForEach 80, 100, 120 {
        $results = 'acl/mine/x', 'acl/other', 'acl/a/rather/long/key/that/does/not/fit/anywhere' | Test-ConsulAcl -Operation Write, DeleteRecurse -Session $writer -AdminSession $admin
        $width = $_
        $table = ($results | Format-Table | Out-String -Width $width) -split '\r?\n'
        $table | Where-Object { $_.TrimEnd().Length -gt $width } | Should -BeNullOrEmpty
        # The code says what to look up: it is never cut.
        foreach ($code in $results.Code | Where-Object { $_ }) { $table -join "`n" | Should -Match ([regex]::Escape($code)) }
        $table -join "`n" | Should -Match 'acl/mine/x'
        ($results | Format-List | Out-String -Width $width) -split '\r?\n' | Where-Object { $_.TrimEnd().Length -gt $width -and $_ -notmatch '^\s+Run ' } | Should -BeNullOrEmpty
    }

    It 'tests every operation' {
        $all = 'Read', 'Write', 'List', 'Delete', 'DeleteRecurse', 'Lock'
        $results = Test-ConsulAcl acl/mine/x -Operation $all -Session $admin
        "$($results.Operation)" | Should -Be "$all"
        $results.Allowed | Should -Not -Contain $false
    }

    It 'takes keys from the pipeline' {
        ('acl/mine/x', 'acl/other' | Test-ConsulAcl -Operation Write -Session $writer).Allowed | Should -Be $true, $false
    }

    It 'is one yes or no a key with -Quiet' {
        'acl/mine/x', 'acl/other' | Test-ConsulAcl -Session $writer -Quiet | Should -Be $true, $false
    }

    It 'changes nothing' {
        Set-ConsulKv acl/mine/still 1 -Session $writer | Out-Null
        $before = (Get-ConsulKv acl/mine/still -Session $writer).ModifyIndex
        Test-ConsulAcl acl/mine/still -Operation Read, Write, Delete, DeleteRecurse, Lock -Session $writer | Out-Null
        (Get-ConsulKv acl/mine/still -Session $writer).ModifyIndex | Should -Be $before
    }

    It 'names an operation that is none' {
        "$(Get-ErrorOf { Test-ConsulAcl a -Operation Wirte })" | Should -Match 'DeleteRecurse'
    }

    It 'fails with the connection''s code when nothing listens' {
        (Get-ErrorOf { Test-ConsulAcl a -Operation Write -Session (New-ConsulKvSession http://127.0.0.1:1 -RetryPolicy (New-ConsulRetryPolicy 1)) -ErrorAction Stop }).FullyQualifiedErrorId | Should -BeLike 'Tcp.Refused,*'
    }
}
