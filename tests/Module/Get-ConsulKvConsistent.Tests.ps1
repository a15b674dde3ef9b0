BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $session = New-LabSession -With @{ Default = $true }
    $key = "consistent/$([guid]::NewGuid().ToString('N'))"
    Set-ConsulKv $key now | Out-Null
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Get-ConsulKvConsistent' {
    It 'reads by consensus' {
        $entry = Get-ConsulKvConsistent $key
        $entry.Value | Should -Be 'now'
        $entry.Consistency | Should -Be 'Consistent'
    }

    It 'says missing' {
        (Get-ErrorOf { Get-ConsulKvConsistent "$key/nothing" }).FullyQualifiedErrorId | Should -Be 'Key.Missing,ConsulKvTools.Commands.GetConsulKvConsistentCommand'
    }

    It 'compares all three modes' {
        $report = Get-ConsulKvConsistent $key -CompareStale
        $report | Should -BeOfType ([ConsulKvTools.ConsulKvConsistencyReport])
        $report.Agrees | Should -BeTrue
        $report.IndexBehind | Should -Be 0
        $report.Stale.Entry.Value | Should -Be 'now'
    }

    It 'refuses a bad key with -CompareStale too' {
        (Get-ErrorOf { Get-ConsulKvConsistent /a -CompareStale }).FullyQualifiedErrorId | Should -BeLike 'Key.LeadingSlash,*'
    }
}
