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
        $report.IsStale | Should -BeFalse
        $report.IndexBehind | Should -Be 0
        $report.TimeBehind | Should -Be ([timespan]::Zero)
        $report.Stale.Entry.Value | Should -Be 'now'
    }

    It 'refuses a bad key with -CompareStale too' {
        (Get-ErrorOf { Get-ConsulKvConsistent /a -CompareStale }).FullyQualifiedErrorId | Should -BeLike 'Key.LeadingSlash,*'
    }
}

Describe 'Get-ConsulKvConsistent: a stale answer' {
    BeforeAll {
        $report = [ConsulKvTools.ConsulKvConsistencyReport]@{
            Key = 'a'; Agrees = $false; IsStale = $true; IndexBehind = 42; TimeBehind = [timespan]'00:00:03.2'
            Consistent = [ConsulKvTools.ConsulKvReading]@{ Consistency = 'Consistent'; State = 'Found'; Entry = [ConsulKvTools.ConsulKvEntry]@{ Key = 'a'; Bytes = [byte[]]50; ModifyIndex = 47 } }
            Default = [ConsulKvTools.ConsulKvReading]@{ Consistency = 'Default'; State = 'Missing' }
            Stale = [ConsulKvTools.ConsulKvReading]@{ Consistency = 'Stale'; State = 'Found'; LastContact = [timespan]'00:00:03.2'; Entry = [ConsulKvTools.ConsulKvEntry]@{ Key = 'a'; Bytes = [byte[]]49; ModifyIndex = 5 } }
        }
    }

    It 'says what is known of its age, and no more' {
        $shown = $report | Format-List | Out-String
        $shown | Should -Match 'IsStale\s*: True'
        $shown | Should -Match 'IndexBehind\s*: 42'
        $shown | Should -Match 'TimeBehind\s*: at least 3\.2 s'
        $shown | Should -Match 'Stale\s*: 1, index 5, heard of the leader 3\.2 s before'
        "$report" | Should -Be 'a: the stale read is 42 indexes behind'
    }
}

Describe '<_> -WaitIndex and -WaitValue' -ForEach 'Get-ConsulKv', 'Get-ConsulKvConsistent' {
    BeforeAll {
        $read = $_
        function Write-Later([string] $Key, [string] $Value) {
            $script:writer = [powershell]::Create().AddScript({ param($agent, $key, $value) Start-Sleep -Milliseconds 500; $agent.PutKey($key, $value) }).AddArgument((Get-LabAgent)).AddArgument($Key).AddArgument($Value)
            $script:writing = $writer.BeginInvoke()
        }
    }

    It 'waits for a value, of a key that is not there yet' {
        Write-Later "$key/$read" soon
        (& $read "$key/$read" -WaitValue soon).Value | Should -Be 'soon'
        [void]$writer.EndInvoke($writing)
    }

    It 'gives at once what is there already, by index and by value' {
        Set-ConsulKv "$key/there" 7 | Out-Null
        $entry = & $read "$key/there" -WaitIndex (Get-ConsulKvConsistent "$key/there").ModifyIndex -WaitValue 7 -WaitTimeout 5s
        $entry.Value | Should -Be '7'
        (& $read "$key/there" -WaitValue ([byte[]]55)).Value | Should -Be '7'
    }

    It 'waits for a change beyond an index' {
        $index = (Get-ConsulKvConsistent "$key/there").ModifyIndex
        Write-Later "$key/there" "later-$read"
        (& $read "$key/there" -WaitIndex ($index + 1)).Value | Should -Be "later-$read"
        [void]$writer.EndInvoke($writing)
    }

    It 'says what was seen last when it never comes' {
        $failure = Get-ErrorOf { & $read "$key/there" -WaitValue never -WaitTimeout 300ms }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Key.WaitTimeout,*'
        $failure.CategoryInfo.Category | Should -Be 'OperationTimeout'
        "$failure" | Should -Match 'another value, of \d+ bytes, at index \d+'
        $failure.TargetObject | Should -Be "$key/there"
    }

    It 'refuses <Parameters>' -ForEach @(
        @{ Parameters = '-WaitTimeout 5s' }, @{ Parameters = '-WaitIndex 1 -WaitTimeout 0s' }, @{ Parameters = '-WaitValue @{}' }
    ) {
        $failure = Get-ErrorOf { Invoke-Expression "$read '$key' $Parameters" }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }

    It 'refuses the index <_>' -ForEach '-1', '18446744073709551616', '1.5', "'x'" {
        (Get-ErrorOf { Invoke-Expression "$read '$key' -WaitIndex $_" }).Exception.Message | Should -Match 'ModifyIndex'
    }
}

Describe 'Waiting for more than one key' {
    It 'is refused: <_>' -ForEach 'Get-ConsulKv -Prefix a -WaitIndex 1', 'Get-ConsulKv a -Recurse -WaitIndex 1', 'Get-ConsulKvConsistent a -CompareStale -WaitIndex 1' {
        (Get-ErrorOf { Invoke-Expression $_ }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }
}
