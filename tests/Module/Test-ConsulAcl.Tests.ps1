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
