BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $session = New-LabSession -With @{ Default = $true; Name = 'releases' }
    $name = "rel-$([guid]::NewGuid().ToString('N').Substring(0, 8))"
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Releases' {
    BeforeEach { Remove-ConsulKv "$name/" -Recurse -Force | Out-Null }

    It 'are published of tables, of entries, of rows, of a prefix and of what is there; and go down the pipeline' {
        (Publish-ConsulKvRelease $name v1 @{ db = @{ host = 'a'; port = 5432 }; flag = $true }).Keys | Should -Be 3
        (Get-ConsulKv "$name/releases/v1/").Value | Should -Be 'a', '5432', 'true'
        $switched = '{ "db": { "host": "b" } }' | ConvertFrom-Json | Publish-ConsulKvRelease $name v2 | Switch-ConsulKvRelease
        $switched.To, $switched.Outcome | Should -Be 'v2', 'Written'
        Set-ConsulKv "$name/draft/x" ([byte[]](0, 255)) -Flags 7 | Out-Null
        (Publish-ConsulKvRelease $name v3 -FromPrefix "$name/draft").Keys | Should -Be 1
        (Get-ConsulKv "$name/releases/v3/x").Bytes | Should -Be 0, 255
        (Get-ConsulKv "$name/releases/v3/x").Flags | Should -Be 7
        $copy = Get-ConsulKv "$name/draft/" | Publish-ConsulKvRelease $name v4 -TrimPrefix "$name/draft/"
        $copy.Digest | Should -Be (Get-ConsulKvRelease $name v3).Digest
        (@{ Key = 'a/b'; Value = 1 }, [pscustomobject]@{ Key = 'c'; Value = 'x' } | Publish-ConsulKvRelease $name v5).Keys | Should -Be 2
        Set-ConsulKv "$name/releases/v6/by/hand" x | Out-Null
        (Get-ConsulKvRelease $name v6).Status | Should -Be 'Unfinished'
        (Publish-ConsulKvRelease $name v6 -Existing).Status | Should -Be 'Available'
        (Get-ConsulKvRelease $name 'v[1-3]').Release | Should -Be 'v1', 'v2', 'v3'
    }

    It 'switch, come back and are read as a whole' {
        Publish-ConsulKvRelease $name v1 @{ x = @{ y = 'one' } } | Switch-ConsulKvRelease | Out-Null
        Publish-ConsulKvRelease "$name/" v2 @{ x = @{ y = 'two' } } | Switch-ConsulKvRelease | Out-Null
        (Get-ConsulKv -Release $name -AsHashtable).x.y | Should -Be 'two'
        (Switch-ConsulKvRelease $name v2).Outcome | Should -Be 'Unchanged'
        (Switch-ConsulKvRelease $name -Rollback).To | Should -Be 'v1'
        (Get-ConsulKv -Release $name).Value | Should -Be 'one'
        Get-ConsulKv -Release $name -NamesOnly | Should -Be "$name/releases/v1/x/y"
        (Get-ErrorOf { Switch-ConsulKvRelease $name -Rollback }).FullyQualifiedErrorId | Should -BeLike 'Release.NoPrevious,*'
        (Get-ErrorOf { Get-ConsulKv -Release $name -WaitIndex 1 }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }

    It 'tell the truth with -WhatIf and do nothing' {
        Publish-ConsulKvRelease $name v1 @{ a = 1; b = 2 } | Switch-ConsulKvRelease | Out-Null
        Publish-ConsulKvRelease $name v2 @{ a = 1; b = 3; c = 4 } | Out-Null
        $said = Invoke-NewShell "Switch-ConsulKvRelease $name v2 -WhatIf; Publish-ConsulKvRelease $name v3 @{ z = 1 } -WhatIf; Remove-ConsulKvRelease $name v2 -OlderThan 0s -WhatIf; Switch-ConsulKvRelease $name v9 -WhatIf" @{ CONSUL_HTTP_ADDR = $session.Address; CONSUL_HTTP_TOKEN = (Get-LabAgent).ManagementToken }
        $said | Should -Match 'from v1 to v2: 3 keys, .*1 key more, 0 less, 1 changed'
        $said | Should -Match "Publish $name v3: 1 key"
        $said | Should -Match "Remove $name v2: 3 keys"
        $said | Should -Match 'has no release v9'
        (Get-ConsulKv "$name/current").Value | Should -Be "$name/releases/v1/"
        (Get-ConsulKvRelease $name).Release | Should -Be 'v1', 'v2'
    }

    It 'that were changed are not switched to, nor read' {
        Publish-ConsulKvRelease $name v1 @{ a = 1 } | Switch-ConsulKvRelease | Out-Null
        Publish-ConsulKvRelease $name v2 @{ a = 2 } | Out-Null
        Set-ConsulKv "$name/releases/v2/a" 3 | Out-Null
        $failure = Get-ErrorOf { Switch-ConsulKvRelease $name v2 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Release.Changed,*'
        $failure.Exception | Should -BeOfType ([ConsulKvTools.ConsulReleaseException])
        $failure.TargetObject | Should -Be 'v2'
        (Get-ConsulKvRelease $name v2 -Verify).Status | Should -Be 'Damaged'
        Set-ConsulKv "$name/releases/v1/b" 3 | Out-Null
        (Get-ErrorOf { Get-ConsulKv -Release $name }).FullyQualifiedErrorId | Should -BeLike 'Release.Changed,*'
        (Get-ErrorOf { Publish-ConsulKvRelease $name v1 @{ other = 1 } }).FullyQualifiedErrorId | Should -BeLike 'Release.Changed,*'
        (Get-ErrorOf { Publish-ConsulKvRelease $name 'a/b' @{ other = 1 } }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }

    It 'that are old are removed, those in use and young ones are not' {
        foreach ($number in 1..6) { Publish-ConsulKvRelease $name "v$number" @{ n = $number } | Out-Null }
        foreach ($number in 2, 1, 6) { Switch-ConsulKvRelease $name "v$number" | Out-Null }
        Remove-ConsulKvRelease $name -Keep 1 -Force | Should -BeNullOrEmpty
        (Remove-ConsulKvRelease $name -Keep 2 -OlderThan 0s -Force).Outcome | Should -Be 'Written', 'Written', 'Written'
        (Get-ConsulKvRelease $name).Release | Should -Be 'v1', 'v5', 'v6'
        foreach ($one in 'v1', 'v6') { (Get-ErrorOf { Remove-ConsulKvRelease $name $one -OlderThan 0s -Force }).FullyQualifiedErrorId | Should -BeLike 'Release.InUse,*' }
        (Get-ErrorOf { Remove-ConsulKvRelease $name v5 -Force }).FullyQualifiedErrorId | Should -BeLike 'Release.InUse,*'
        (Get-ErrorOf { Remove-ConsulKvRelease $name v77 -Force }).FullyQualifiedErrorId | Should -BeLike 'Release.Missing,*'
    }

    It 'that cannot be published are told with the help of the command that was run' {
        (Get-ErrorOf { Publish-ConsulKvRelease $name v1 @{} }).ErrorDetails.RecommendedAction | Should -BeLike '*Run: Get-Help Publish-ConsulKvRelease -Full'
    }

    It 'need no right to change a release from those who switch' {
        Publish-ConsulKvRelease $name v1 @{ a = 1 } | Out-Null
        $switcher = New-LabSession "key_prefix `"$name/`" { policy = `"list`" } key `"$name/current`" { policy = `"write`" } key `"$name/history`" { policy = `"write`" }"
        (Switch-ConsulKvRelease $name v1 -Session $switcher).Outcome | Should -Be 'Written'
        $reader = New-LabSession "key_prefix `"$name/`" { policy = `"read`" }"
        (Get-ErrorOf { Switch-ConsulKvRelease $name v1 -Session $reader }) | Should -BeNullOrEmpty -Because 'it is current already'
        Publish-ConsulKvRelease $name v2 @{ a = 2 } | Out-Null
        $said = Get-ErrorOf { Switch-ConsulKvRelease $name v2 -Session $reader | Out-Null }
        $said.FullyQualifiedErrorId | Should -BeLike 'Acl.*'
        (Get-ErrorOf { Publish-ConsulKvRelease $name v3 @{ a = 2 } -Session $switcher }).FullyQualifiedErrorId | Should -BeLike 'Acl.*'
    }

    It 'complete' {
        foreach ($number in 1, 2) { Publish-ConsulKvRelease $name "v$number" @{ n = $number } | Out-Null }
        foreach ($line in "Switch-ConsulKvRelease $name ", "Get-ConsulKvRelease -Name $name -Release ", "Remove-ConsulKvRelease $name ") {
            foreach ($try in 1..30) {
                $found = @([Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches)
                if ($found.Count) { break }
                Start-Sleep -Milliseconds 100
            }
            $found.CompletionText | Should -Be 'v2', 'v1' -Because $line
        }
    }

    It 'refuse with -WhatIf what they refuse without: <Name>' -ForEach @(
        @{ Name = 'other content'; Does = { Publish-ConsulKvRelease $name v1 @{ b = 2 } -WhatIf }; Code = 'Release.Exists' }
        @{ Name = 'a key nobody could read'; Does = { [pscustomobject]@{ Key = 'a'; Value = 1 }, [pscustomobject]@{ Key = "n`0l"; Value = 1 } | Publish-ConsulKvRelease $name v2 -WhatIf }; Code = 'Agent.UnprintableFilter' }
        @{ Name = 'nothing to seal'; Does = { Publish-ConsulKvRelease $name v2 -Existing -WhatIf }; Code = 'Release.Missing' }
    ) {
        Publish-ConsulKvRelease $name v1 @{ a = 1 } | Out-Null
        (Get-ErrorOf $Does).FullyQualifiedErrorId | Should -BeLike "$Code,*"
        # What is there already is not announced as something to be done.
        (Publish-ConsulKvRelease $name v1 @{ a = 1 } -WhatIf).Status | Should -Be 'Available'
    }

    It 'write nothing when one of the keys cannot be stored' {
        $rows = [pscustomobject]@{ Key = 'a'; Value = 1 }, [pscustomobject]@{ Key = "n`0l"; Value = 1 }
        (Get-ErrorOf { $rows | Publish-ConsulKvRelease $name v1 }).FullyQualifiedErrorId | Should -BeLike 'Agent.UnprintableFilter,*'
        Get-ConsulKvRelease $name | Should -BeNullOrEmpty
    }

    It 'are not copied in part because a token sees only a part' {
        Publish-ConsulKvRelease $name v1 @{ a = 1; secret = 2 } | Out-Null
        $part = New-LabSession "key_prefix `"$name/`" { policy = `"write`" } key `"$name/releases/v1/secret`" { policy = `"deny`" }"
        (Get-ErrorOf { Publish-ConsulKvRelease $name v2 -FromPrefix "$name/releases/v1" -Session $part }).FullyQualifiedErrorId | Should -BeLike 'Release.Unverifiable,*'
        (Get-ConsulKvRelease $name).Release | Should -Be 'v1'
        # Of a prefix that is no release nobody knows what has to be there.
        Set-ConsulKv "$name/draft/a" 1 | Out-Null
        Set-ConsulKv "$name/draft/secret" 2 | Out-Null
        $part = New-LabSession "key_prefix `"$name/`" { policy = `"write`" } key `"$name/draft/secret`" { policy = `"deny`" }"
        (Get-ErrorOf { Publish-ConsulKvRelease $name v2 -FromPrefix "$name/draft" -Session $part }).FullyQualifiedErrorId | Should -BeLike 'Release.SourceUnverifiable,*'
        (Publish-ConsulKvRelease $name v2 -FromPrefix "$name/draft" -FromSession $session -Session $part).Keys | Should -Be 2
        (Publish-ConsulKvRelease $name v3 -FromPrefix "$name/draft" -Session $part -Force).Keys | Should -Be 1
    }

    It 'are published of all below a configuration, without its releases, and say which key is none of them' {
        Publish-ConsulKvRelease $name v1 @{ old = 1 } | Switch-ConsulKvRelease | Out-Null
        Set-ConsulKv "$name/a" 1 | Out-Null
        Publish-ConsulKvRelease $name v2 -FromPrefix $name -WarningVariable quiet | Out-Null
        Get-ConsulKv "$name/releases/v2/" -NamesOnly | Should -Be "$name/releases/v2/a"
        $quiet | Should -BeNullOrEmpty
        Set-ConsulKv "$name/" kept -Confirm:$false | Out-Null
        Publish-ConsulKvRelease $name v3 -FromPrefix $name -WarningVariable warned -WarningAction SilentlyContinue | Out-Null
        "$warned" | Should -Match "$name/ itself, 4 bytes, is not part"
    }

    It 'take a list of rows by argument as down the pipeline' {
        $rows = @{ Key = 'a/b'; Value = 1 }, [pscustomobject]@{ Key = 'c'; Value = 'x' }
        (Publish-ConsulKvRelease $name v1 $rows).Digest | Should -Be ($rows | Publish-ConsulKvRelease $name v2).Digest
        (Publish-ConsulKvRelease $name v3 @($rows[0])).Keys | Should -Be 1
    }

    It 'are listed although their history is somebody else''s, with a warning that names it' {
        Publish-ConsulKvRelease $name v1 @{ a = 1 } | Switch-ConsulKvRelease | Out-Null
        Set-ConsulKv "$name/history" 'foreign' | Out-Null
        $listed = Get-ConsulKvRelease $name -WarningVariable warned -WarningAction SilentlyContinue
        $listed.Release, $listed.Status | Should -Be 'v1', 'Current'
        "$warned" | Should -BeLike "Release.RecordForeign: $name/history does not hold*remove it*"
        (Get-ErrorOf { Remove-ConsulKvRelease $name v1 -OlderThan 0s -Force }).FullyQualifiedErrorId | Should -BeLike 'Release.RecordForeign,*'
    }

    It 'that a token cannot see whole are not called damaged' {
        Publish-ConsulKvRelease $name v1 @{ a = 1; secret = 2 } | Switch-ConsulKvRelease | Out-Null
        Publish-ConsulKvRelease $name v2 @{ a = 1; secret = 3 } | Out-Null
        $part = New-LabSession "key_prefix `"$name/`" { policy = `"read`" } key `"$name/releases/v1/secret`" { policy = `"deny`" } key `"$name/releases/v2/secret`" { policy = `"deny`" }"
        $listed = Get-ConsulKvRelease $name -Verify -Session $part
        $listed.Status | Should -Be 'Current', 'Unknown'
        $listed.Finding.Code | Should -Be 'Release.Unverifiable', 'Release.Unverifiable'
        $listed.Verified | Should -Not -Contain $false
    }

    It 'that are sealed are published, whatever is not known of the pointer' {
        $publisher = New-LabSession "key_prefix `"$name/releases/`" { policy = `"write`" } key_prefix `"$name/manifests/`" { policy = `"write`" }"
        $failed = $null
        $published = Publish-ConsulKvRelease $name v1 @{ a = 1 } -Session $publisher -WarningVariable warned -WarningAction SilentlyContinue -ErrorVariable failed
        $published.Keys, $published.Verified | Should -Be 1, $true
        $failed | Should -BeNullOrEmpty
        "$warned" | Should -BeLike '*v1 is published; which release is current*Acl.*'
        Set-ConsulKv "$name/current" 'prod' | Out-Null
        (Publish-ConsulKvRelease $name v2 @{ a = 2 } -WarningVariable warned -WarningAction SilentlyContinue).Status | Should -Be 'Available'
        "$warned" | Should -BeLike '*v2 is published;*Release.PointerForeign*'
    }

    It 'are not sealed in part because a token sees only a part' {
        $part = New-LabSession "key_prefix `"$name/`" { policy = `"write`" } key `"$name/releases/v1/secret`" { policy = `"deny`" }"
        Set-ConsulKv "$name/releases/v1/a" 1 | Out-Null
        Set-ConsulKv "$name/releases/v1/secret" 2 | Out-Null
        foreach ($seal in { Publish-ConsulKvRelease $name v1 -Existing -Session $part }, { Publish-ConsulKvRelease $name v1 -Existing -Session $part -WhatIf }, { Publish-ConsulKvRelease $name v1 @{ a = 1 } -Session $part }) {
            (Get-ErrorOf $seal).FullyQualifiedErrorId | Should -BeLike 'Release.SourceUnverifiable,*'
        }
        (Get-ConsulKvRelease $name v1).Status | Should -Be 'Unfinished'
    }

    It 'are not made of rows without a key' {
        foreach ($row in [pscustomobject]@{ Key = $null; Value = 1 }, [pscustomobject]@{ Key = ''; Value = 1 }, @{ Key = $null; Value = 1 }, @{ Key = ''; Bytes = [byte[]](1, 2) }) {
            $said = Get-ErrorOf { $row | Publish-ConsulKvRelease $name v1 }
            $said.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
            "$said" | Should -Match 'has no key'
        }
        Get-ConsulKvRelease $name | Should -BeNullOrEmpty
    }

    It 'are not sealed in part because a command of the pipeline reported an error (<Name>)' -ForEach @(
        @{ Name = 'a key that is not there'; From = { "$name/draft/k1", "$name/draft/k9" | Get-ConsulKv -ErrorAction SilentlyContinue } }
        @{ Name = 'none is there'; From = { "$name/draft/k8", "$name/draft/k9" | Get-ConsulKv -ErrorAction SilentlyContinue } }
        @{ Name = 'an error of another command'; From = { 'k1', 'k2' | ForEach-Object { Write-Error "no $_" -ErrorAction SilentlyContinue; [pscustomobject]@{ Key = "$name/draft/$_"; Value = 1 } } } }
        @{ Name = 'a table'; From = { @{ a = 1 }; Write-Error 'no b' -ErrorAction SilentlyContinue }; Table = $true }
    ) {
        Set-ConsulKv "$name/draft/k1" 1 | Out-Null
        $trim = if ($Table) { @{} } else { @{ TrimPrefix = "$name/draft/" } }
        foreach ($allowed in @{}, @{ Force = $true }, @{ WhatIf = $true }) {
            $failed = Get-ErrorOf { & $From | Publish-ConsulKvRelease $name v1 @trim @allowed | Switch-ConsulKvRelease }
            $failed.FullyQualifiedErrorId | Should -BeLike 'Document.Unreadable,*Publish*'
            "$failed" | Should -BeLike 'What came through the pipeline may not be all of it, for an error was reported meanwhile: *no*release*Nothing was written.'
            $failed.ErrorDetails.RecommendedAction | Should -BeLike '*put what the command gives into a variable first*'
        }
        Get-ConsulKv "$name/releases/" -Recurse | Should -BeNullOrEmpty
        Get-ConsulKv "$name/manifests/" -Recurse | Should -BeNullOrEmpty
        Get-ConsulKv "$name/current" -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'are published in spite of an error of an earlier line, of one that is ignored, and by argument' {
        Set-ConsulKv "$name/draft/k1" 1 | Out-Null
        $trim = @{ TrimPrefix = "$name/draft/" }
        $kept = "$name/draft/k1", "$name/draft/k9" | Get-ConsulKv -ErrorAction SilentlyContinue
        ($kept | Publish-ConsulKvRelease $name v1 @trim).Keys | Should -Be 1
        ("$name/draft/k1", "$name/draft/k9" | Get-ConsulKv -ErrorAction Ignore | Publish-ConsulKvRelease $name v2 @trim).Keys | Should -Be 1
        (Publish-ConsulKvRelease $name v3 ("$name/draft/k1", "$name/draft/k9" | Get-ConsulKv -ErrorAction SilentlyContinue) @trim).Keys | Should -Be 1
    }

    It 'are not made of one setting of a tree that looks like a row (<Name>)' -ForEach @(
        @{ Name = 'JSON'; Given = '{ "key": "id", "value": "7", "host": "db1", "db": { "port": 1 } }' | ConvertFrom-Json; Others = 'host, db' }
        @{ Name = 'a table'; Given = [ordered]@{ key = 'id'; value = 7; host = 'db1' }; Others = 'host' }
        @{ Name = 'bytes'; Given = [pscustomobject]@{ key = 'id'; bytes = [byte[]](1, 2); salt = 'x' }; Others = 'salt' }
    ) {
        foreach ($publish in { $Given | Publish-ConsulKvRelease $name v1 }, { Publish-ConsulKvRelease $name v1 $Given }) {
            $failed = Get-ErrorOf $publish
            $failed.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
            "$failed" | Should -BeLike "*but also $Others*Select-Object Key, *Set-ConsulKv -Prefix '$name/releases/v1/'*-Existing*"
        }
        Get-ConsulKvRelease $name | Should -BeNullOrEmpty
        # What the message says to do about a tree.
        $Given | Set-ConsulKv -Prefix "$name/releases/v1/" | Out-Null
        (Publish-ConsulKvRelease $name v1 -Existing).Keys | Should -BeGreaterThan 2
    }

    It 'are made of entries and rows, wherever those have been' {
        Set-ConsulKv "$name/draft/a" 1 -Flags 7 | Out-Null
        Set-ConsulKv "$name/draft/b" 2 | Out-Null
        $entries = Get-ConsulKv "$name/draft/"
        $trim = @{ TrimPrefix = "$name/draft/" }
        $digest = ($entries | Publish-ConsulKvRelease $name v1 @trim).Digest
        $saved = Join-Path $TestDrive 'entries.xml'
        $entries | Export-Clixml $saved
        (Import-Clixml $saved | Publish-ConsulKvRelease $name v2 @trim).Digest | Should -Be $digest
        ($entries | Select-Object * | Publish-ConsulKvRelease $name v3 @trim).Digest | Should -Be $digest
        ($entries | ConvertTo-Json -Depth 3 | ConvertFrom-Json | Publish-ConsulKvRelease $name v4 @trim).Digest | Should -Be $digest
        ($entries | Select-Object * -ExcludeProperty Bytes | ConvertTo-Csv | ConvertFrom-Csv | Publish-ConsulKvRelease $name v5 @trim).Digest | Should -Be $digest
        # What PowerShell adds to the objects of another computer is nobody's setting.
        ($entries | Select-Object Key, Value, Flags, @{ Name = 'PSComputerName'; Expression = { 'there' } }, @{ Name = 'RunspaceId'; Expression = { [guid]::Empty } }, @{ Name = 'PSShowComputerName'; Expression = { $true } } | Publish-ConsulKvRelease $name v6 @trim).Digest | Should -Be $digest
        (@{ a = 1; b = 2 }.GetEnumerator() | Publish-ConsulKvRelease $name v7).Keys | Should -Be 2
    }

    It 'are not published among those of another configuration, and what is there already can be read and removed' {
        Publish-ConsulKvRelease $name v1 @{ a = 1 } | Switch-ConsulKvRelease | Out-Null
        foreach ($inner in 'releases/v1', 'releases/v1/deep', 'releases', 'manifests', 'manifests/x/') {
            foreach ($publish in { Publish-ConsulKvRelease "$name/$inner" x1 @{ a = 1 } }, { Publish-ConsulKvRelease "$name/$inner" x1 @{ a = 1 } -WhatIf }, { Publish-ConsulKvRelease "$name/$inner" x1 -Existing }) {
                $failed = Get-ErrorOf $publish
                $failed.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*' -Because $inner
                "$failed" | Should -BeLike "*$name/$($inner.TrimEnd('/')) lies below $name/$($inner.Split('/')[0])/, where the configuration $name keeps its own*" -Because $inner
                $failed.ErrorDetails.RecommendedAction | Should -BeLike 'Choose another name*'
            }
        }
        (Get-ConsulKv -Release $name).Value | Should -Be 1
        (Publish-ConsulKvRelease "$name/myreleases/releases-old" x1 @{ a = 1 }).Keys | Should -Be 1
        # As an older version would have published it.
        $old = "$name/plain/releases/app"
        Publish-ConsulKvRelease "$name/app" x1 @{ a = 1 } | Out-Null
        Set-ConsulKv "$old/releases/x1/a" 1 | Out-Null
        Get-ConsulKv "$name/app/manifests/x1" | Set-ConsulKv -Key "$old/manifests/x1" | Out-Null
        (Switch-ConsulKvRelease $old x1).Outcome | Should -Be 'Written'
        (Get-ConsulKv -Release $old).Value | Should -Be 1
        (Publish-ConsulKvRelease "$name/new" x1 -FromPrefix "$old/releases/x1/").Keys | Should -Be 1
        Set-ConsulKv "$old/releases/x2/a" 1 | Out-Null
        (Remove-ConsulKvRelease $old x2 -OlderThan 0s -Force).Outcome | Should -Be 'Written'
    }

    It 'are found by an escaped name, and missed by the name itself' {
        Publish-ConsulKvRelease $name 'v[1]' @{ a = 1 } | Out-Null
        $failed = $null
        (Get-ConsulKvRelease $name ([WildcardPattern]::Escape('v[1]')) -ErrorVariable failed).Release | Should -Be 'v[1]'
        $failed | Should -BeNullOrEmpty
        "$(Get-ErrorOf { Get-ConsulKvRelease $name ([WildcardPattern]::Escape('v[2]')) })" | Should -BeLike '*no release v`[2`]*'
    }

    It 'are compared for a switch only where somebody sees it' {
        foreach ($number in 1, 2) { Publish-ConsulKvRelease $name "v$number" @{ n = $number } | Out-Null }
        Switch-ConsulKvRelease $name v1 | Out-Null
        function Get-Listing([scriptblock] $Script) { @(& $Script 5>&1 | Where-Object { $_ -is [Management.Automation.DebugRecord] -and "$_" -match "GET \S*/releases/v1/" }).Count }
        $DebugPreference = 'Continue'
        Get-Listing { Switch-ConsulKvRelease $name v2 -WhatIf } | Should -BeGreaterThan 0
        Get-Listing { Switch-ConsulKvRelease $name v2 } | Should -Be 0
        (Get-ConsulKv "$name/current").Value | Should -Be "$name/releases/v2/"
    }

    It 'whose switch stands although the tree was changed are an error that says so, and are written' {
        Publish-ConsulKvRelease $name v1 @{ a = 1 } | Switch-ConsulKvRelease | Out-Null
        $tree = [ordered]@{}; 1..300 | ForEach-Object { $tree["k$_"] = 'x' * 2000 }
        Publish-ConsulKvRelease $name v2 $tree | Out-Null
        # Until one comes in between: somebody writes all the time, and puts back what was there.
        $done = Join-Path $TestDrive "$([guid]::NewGuid())"
        $writer = Start-Beside -Arguments $ManifestPath, $name, $session.Address, (Get-LabAgent).ManagementToken, $done {
            param($module, $name, $address, $token, $done)
            Import-Module $module
            $writing = New-ConsulKvSession -Address $address -Token (ConvertTo-SecureString $token -AsPlainText -Force)
            while (-not (Test-Path $done)) { Set-ConsulKv "$name/releases/v2/k7" changed -Session $writing | Out-Null; Set-ConsulKv "$name/releases/v2/k7" ('x' * 2000) -Session $writing | Out-Null }
        }
        try {
            foreach ($try in 1..60) {
                $failed = $null
                $result = Switch-ConsulKvRelease $name v2 -ErrorAction SilentlyContinue -ErrorVariable failed
                if ($result.Code -eq 'Release.ChangedMeanwhile') { break }
                if ($result.Outcome -eq 'Written') { Switch-ConsulKvRelease $name v1 | Out-Null }
            }
        }
        finally { Set-Content $done x; Receive-Beside $writer | Out-Null }
        $result.Code | Should -Be 'Release.ChangedMeanwhile'
        $result.Outcome | Should -Be 'Failed'
        "$failed" | Should -Match 'v1 is current again'
        (Get-ConsulKv "$name/current").Value | Should -Be "$name/releases/v1/"
    }

    It 'survive two deployments in two processes, beside readers: nothing is lost or mixed, and losers are told who won' {
        foreach ($number in 1..3) { Publish-ConsulKvRelease $name "v$number" @{ who = "v$number"; a = 1; b = @{ c = 2 } } | Out-Null }
        Switch-ConsulKvRelease $name v1 | Out-Null
        $environment = @{ CONSUL_HTTP_ADDR = $session.Address; CONSUL_HTTP_TOKEN = (Get-LabAgent).ManagementToken }
        $switch = {
            param($who)
            $rows = foreach ($number in 1..40) {
                $failed = $null
                # Both publish under the same names, with content of their own.
                if ($number % 8 -eq 0) { Publish-ConsulKvRelease NAME "n$number" @{ who = "n$number"; by = $who; more = $who } -ErrorAction SilentlyContinue -ErrorVariable failed | Out-Null; $to = "n$number" } else { $to = "v$(($number + $who) % 3 + 1)" }
                $done = if ($number % 5) { Switch-ConsulKvRelease NAME $to -ErrorAction SilentlyContinue -ErrorVariable +failed } else { Switch-ConsulKvRelease NAME -Rollback -ErrorAction SilentlyContinue -ErrorVariable +failed }
                @{ id = $done.Id; outcome = "$($done.Outcome)"; said = @($failed | Where-Object { $_ -is [Management.Automation.ErrorRecord] } | ForEach-Object { $_.FullyQualifiedErrorId.Split(',')[0] + ': ' + $_ }) }
            }
            ConvertTo-Json @($rows) -Depth 4 -Compress
        }
        $module, $done = $ManifestPath, (Join-Path $TestDrive 'done')
        $reader = Start-Beside -Arguments $module, $name, $environment, $done {
            param($module, $name, $environment, $done)
            Import-Module $module
            $reading = New-ConsulKvSession -Address $environment.CONSUL_HTTP_ADDR -Token (ConvertTo-SecureString $environment.CONSUL_HTTP_TOKEN -AsPlainText -Force)
            while (-not (Test-Path $done)) {
                $entries = Get-ConsulKv -Release $name -Session $reading
                "$(@($entries.Key | ForEach-Object { $_.Split('/')[2] } | Sort-Object -Unique) -join '+') $(($entries | Where-Object Key -Like '*/who').Value) $($entries.Count)"
                Get-ConsulKvRelease $name -Verify -Session $reading | Where-Object Status -EQ Damaged | ForEach-Object { "damaged $($_.Release)" }
            }
        }
        $shells = foreach ($who in 1, 2) {
            Start-Beside -Arguments $PSScriptRoot, $who, $switch.ToString().Replace('NAME', $name), $environment {
                param($folder, $who, $script, $environment)
                . "$folder/Lab.ps1"
                Invoke-NewShell "& { $script } $who" $environment
            }
        }
        $rows = $shells | ForEach-Object { Receive-Beside $_ } | ConvertFrom-Json | ForEach-Object { $_ }
        Set-Content $done x
        $views = Receive-Beside $reader | Sort-Object -Unique

        $rows.Count | Should -Be 80
        $views.Count | Should -BeGreaterThan 1
        $views | Where-Object { $_ -notmatch '^(\w+) \1 3$' } | Should -BeNullOrEmpty
        # Each loser has one error that says what won; nobody is left without a word.
        foreach ($row in $rows) {
            $row.outcome | Should -BeIn 'Written', 'Unchanged', 'Conflict', '' -Because "$($row.said)"
            if ($row.outcome -notin 'Written', 'Unchanged') { @($row.said) | Should -Not -BeNullOrEmpty }
            $row.said | Where-Object { $_ -notmatch '^Release\.(Raced: .* was not switched to .*: .*@.* switched it to|Exists: .* already published|Unfinished: .*@.* began at|NoPrevious: |Missing: )' } | Should -BeNullOrEmpty
        }
        $history = (Get-ConsulKv "$name/history").Value | ConvertFrom-Json
        for ($at = 1; $at -lt $history.Count; $at++) { $history[$at].from | Should -Be $history[$at - 1].to }
        $made = @($rows | Where-Object outcome -EQ Written).id
        $history.id | Select-Object -Skip 1 | Where-Object { $_ -notin $made } | Should -BeNullOrEmpty
        $history.Count | Should -Be ([Math]::Min(100, $made.Count + 1))
        $made | Group-Object | Where-Object Count -GT 1 | Should -BeNullOrEmpty
    }
}
