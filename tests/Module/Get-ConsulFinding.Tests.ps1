BeforeAll { . $PSScriptRoot/Lab.ps1 }

Describe 'Get-ConsulFinding' {
    It 'explains a code, in any letter case' {
        $found = Get-ConsulFinding acl.permissiondenied
        $found | Should -BeOfType ([ConsulKvTools.FindingDefinition])
        $found.Code | Should -BeExactly 'Acl.PermissionDenied'
        $found.Remedy | Should -Not -BeNullOrEmpty
    }

    It 'lists an area with a wildcard, and all without a code' {
        (Get-ConsulFinding Tls.*).Code | Should -Match '^Tls\.'
        @(Get-ConsulFinding).Count | Should -Be ([ConsulKvTools.FindingCatalogue]::All.Count)
    }

    It 'says that there is no such code, and how to find its neighbours' {
        $failure = Get-ErrorOf { Get-ConsulFinding Acl.NoSuchThing }
        $failure.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        "$failure" | Should -Match "Get-ConsulFinding 'Acl\*'"
    }

    It 'explains what a finding, a result or an error carries' {
        $result = Set-ConsulKv /a b -Session http://127.0.0.1:1 -ErrorAction SilentlyContinue
        ($result | Get-ConsulFinding).Code | Should -Be 'Key.LeadingSlash'
        ($result.Finding | Get-ConsulFinding).Code | Should -Be 'Key.LeadingSlash'
    }
}
