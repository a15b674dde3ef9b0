BeforeAll {
    . "$PSScriptRoot/Lab.ps1"
    $session = New-LabSession -With @{ Default = $true }
    $root = "move-$([guid]::NewGuid().ToString('N').Substring(0, 8))/"
    function Save-Document([string] $Name, [hashtable] $Keys) {
        $file = Join-Path $TestDrive $Name
        $Keys.Keys | Sort-Object | ForEach-Object { @{ key = $_; flags = 0; value = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($Keys[$_])) } } | ConvertTo-Json -AsArray | Set-Content $file
        $file
    }
}
AfterAll {
    Remove-ConsulKv $root -Recurse -Force | Out-Null
    Get-ConsulKvSession | Remove-ConsulKvSession
}

Describe 'Import-ConsulKv' {
    BeforeEach { Remove-ConsulKv $root -Recurse -Force | Out-Null; [void](Set-ConsulKv "${root}same" 1); [void](Set-ConsulKv "${root}change" old); [void](Set-ConsulKv "${root}extra" x) }

    It 'says what is the matter where the disk is full, before the first write, and leaves no rest (<_>)' -ForEach 'UndoPath', 'JournalPath' {
        if (-not $IsLinux -or [IO.File]::ReadAllText('/proc/self/status') -notmatch 'Uid:\s+0\s') { Set-ItResult -Skipped -Because 'a small disk takes root on Linux'; return }
        $disk = Join-Path $TestDrive "full-$_"
        [void](New-Item $disk -ItemType Directory)
        mount -t tmpfs -o size=64k tmpfs $disk
        try {
            [IO.File]::WriteAllBytes("$disk/fill", [byte[]]::new(64KB))
            $given = @{ $_ = "$disk/file" }
            $refused = Get-ErrorOf { Import-ConsulKv (Save-Document full.json @{ create = 'y' }) -Prefix $root @given }
            "$($refused.FullyQualifiedErrorId)" | Should -BeLike 'Document.NotWritten,*'
            "$refused" | Should -BeLike "The $($_ -eq 'UndoPath' ? 'undo file' : 'journal') $disk/file was not written: No space left*"
            $refused.Exception.Finding.Cause | Should -BeLike '*nothing was written to Consul.'
            $refused.Exception.Finding.Remedy | Should -BeLike "*another -$_*"
            Get-ConsulKv "${root}create" -ErrorAction Ignore | Should -BeNullOrEmpty
            # Neither stands in the way of the next try.
            Remove-Item "$disk/fill"
            (Import-ConsulKv (Save-Document full.json @{ create = 'y' }) -Prefix $root @given).Created | Should -Be 1
            Get-ChildItem $disk -Filter '*.tmp' -Force | Should -BeNullOrEmpty
        }
        finally {
            umount -l $disk
        }
    }

    It 'says how far it came when the disk is full in the middle, and goes on there' {
        if (-not $IsLinux -or [IO.File]::ReadAllText('/proc/self/status') -notmatch 'Uid:\s+0\s') { Set-ItResult -Skipped -Because 'a small disk takes root on Linux'; return }
        $disk = Join-Path $TestDrive 'fills'
        [void](New-Item $disk -ItemType Directory)
        mount -t tmpfs -o size=96k tmpfs $disk
        try {
            # The plan fits beside what is there, what is done does not.
            $keys = @{}
            0..1999 | ForEach-Object { $keys[$_.ToString('0000')] = 'v' }
            $file = Save-Document many.json $keys
            $plan = 2000 * ("`"${root}0000`"`tCreate`t0`n".Length) + 300
            [IO.File]::WriteAllBytes("$disk/fill", [byte[]]::new(96KB - [Math]::Ceiling($plan / 4KB) * 4KB))
            $refused = Get-ErrorOf { Import-ConsulKv $file -Prefix $root -JournalPath "$disk/journal" -ThrottleLimit 1 }
            "$refused" | Should -BeLike "The journal $disk/journal was not written: No space left*"
            $refused.Exception.Finding.Cause -match '([\d,]+) are written, ([\d,]+) are not begun, 0 are not' | Should -BeTrue
            $written, $left = [int]($Matches[1] -replace ','), [int]($Matches[2] -replace ',')
            $written + $left | Should -Be 2000
            $written | Should -Be @(Get-ConsulKv -Prefix $root -NamesOnly | Where-Object { $_ -match '/\d{4}$' }).Count
            $written | Should -BeLessThan 2000
            Remove-Item "$disk/fill"
            $rest = Import-ConsulKv $file -Prefix $root -JournalPath "$disk/journal"
            $rest.IsComplete | Should -BeTrue
            $rest.DoneBefore + $rest.Unchanged + $rest.Created | Should -Be 2000
            $rest.Created | Should -Be $left
        }
        finally {
            umount -l $disk
        }
    }

    It 'is told what -Delete rules over, before anything is read (<Name>)' -ForEach @(
        @{ Name = 'nothing'; Where = @{} }
        @{ Name = 'a variable that was never set'; Where = @{ Prefix = "$never" } }
        @{ Name = 'a map to nothing'; Where = @{ Map = @{ 'app/' = '' } } }
    ) {
        $refused = Get-ErrorOf { Import-ConsulKv (Join-Path $TestDrive 'not-there.json') -Delete -Force @Where }
        $refused.FullyQualifiedErrorId | Should -BeLike 'Document.WouldEmpty,*'
        "$refused" | Should -BeLike '*whole store*'
        (Get-ConsulKv "${root}extra").Value | Should -Be 'x'
    }

    It 'removes what is in the whole store only by its name, -Prefix /' {
        $second = [ConsulKvTools.Lab.ConsulAgent]::Start(([ConsulKvTools.Lab.ConsulAgentOptions]@{ InMemory = $true }))
        try {
            $there = New-ConsulKvSession $second.Address.OriginalString
            'a', 'b/c' | Set-ConsulKv -Value 1 -Session $there | Out-Null
            $file = Save-Document top.json @{ a = '2' }
            (Get-ErrorOf { Import-ConsulKv $file -Session $there -Prefix / -Delete }).FullyQualifiedErrorId | Should -BeLike 'Document.WouldEmpty,*'
            $done = Import-ConsulKv $file -Session $there -Prefix / -Delete -Force
            $done.Changed, $done.Deleted | Should -Be 1, 1
            (Get-ConsulKv -Prefix '' -Session $there).Key | Should -Be 'a'
        }
        finally { $second.Dispose() }
    }

    It 'names keys that only transactions make, and goes without them by -Exclude, which removes nothing either' {
        $second = [ConsulKvTools.Lab.ConsulAgent]::Start(([ConsulKvTools.Lab.ConsulAgentOptions]@{ InMemory = $true }))
        try {
            $there = New-ConsulKvSession $second.Address.OriginalString
            $rows = '/first', 'a//b', 'c/../d', 'good' | ForEach-Object { @{ KV = @{ Verb = 'set'; Key = $_; Value = 'MQ==' } } }
            [void](Invoke-RestMethod "$($second.Address)v1/txn" -Method Put -Body (ConvertTo-Json $rows -Depth 5) -NoProxy)
            $file = Join-Path $TestDrive 'all.json'
            Export-ConsulKv -Session $there -Path $file -WarningVariable told -WarningAction SilentlyContinue | Out-Null
            "$told" | Should -BeLike '3 keys of this export cannot be written by an import; the first: The key /first begins with a slash*-Exclude*'
            Export-ConsulKv -Session $there -Path $file -Exclude '/*', '*//*', '*/../*' -WarningVariable quiet | Out-Null
            $quiet | Should -BeNullOrEmpty
            Export-ConsulKv -Session $there -Path $file -WarningAction SilentlyContinue | Out-Null

            $refused = Get-ErrorOf { Import-ConsulKv $file -Session $there }
            $refused.FullyQualifiedErrorId | Should -BeLike 'Document.Malformed,*'
            "$refused" | Should -BeLike '*the key /first cannot be written*2 keys more cannot either: a//b, c/../d*'
            $refused.Exception.Finding.Remedy | Should -BeLike '*the same command with -Exclude and their names*'
            $done = Import-ConsulKv $file -Session $there -Exclude '/first', 'a//b', 'c/../d'
            $done.Unchanged, $done.Excluded | Should -Be 1, 3
            (Import-ConsulKv $file -Session $there -Prefix / -Delete -Force -Exclude '/first', '*//*', 'c/*').Deleted | Should -Be 0
            @(Get-ConsulKv -Prefix '' -Session $there -NamesOnly).Count | Should -Be 4
        }
        finally { $second.Dispose() }
    }

    It 'warns when every key begins already with the prefix that it is put below' {
        $file = Save-Document twice.json @{ "${root}b" = '1'; "${root}a" = '1' }
        Import-ConsulKv $file -Prefix $root -Plan -WarningVariable told -WarningAction SilentlyContinue | Out-Null
        "$told" | Should -BeLike "*so -Prefix makes it ${root}${root}a. If that is not meant, leave -Prefix out; with -Delete, say -Map @{ '$root' = '$root' } instead."
        # Also for whoever looks at the first rows only.
        Import-ConsulKv $file -Prefix $root -Plan -WarningVariable cut -WarningAction SilentlyContinue | Select-Object -First 1 | Out-Null
        "$cut" | Should -Be "$told"
        $plan = Import-ConsulKv $file -Map @{ $root = $root } -Delete -Plan -WarningVariable quiet
        $plan | ForEach-Object { "$($_.Action) $($_.Key.Substring($root.Length))" } | Should -Be 'Create a', 'Create b', 'Delete change', 'Delete extra', 'Delete same'
        Import-ConsulKv (Save-Document once.json @{ "${root}b" = '1'; a = '1' }) -Prefix $root -Plan -WarningVariable +quiet | Out-Null
        $quiet | Should -BeNullOrEmpty
    }

    It 'shows with -Plan what would be done about each key, and writes nothing' {
        $file = Save-Document plan.json @{ same = '1'; change = 'new'; create = 'y' }
        $index = (Get-ConsulKv $root | Measure-Object ModifyIndex -Maximum).Maximum
        $plan = Import-ConsulKv $file -Prefix $root -Delete -Plan
        $plan | ForEach-Object { "$($_.Action) $($_.Key.Substring($root.Length))" } | Should -Be 'Change change', 'Create create', 'Delete extra', 'Unchanged same'
        $plan[0].Difference | Should -Be "'old' → 'new'"
        (Get-ConsulKv $root | Measure-Object ModifyIndex -Maximum).Maximum | Should -Be $index
    }

    It 'writes what differs, touches nothing else, and removes extras with -Delete -Force' {
        $file = Save-Document do.json @{ same = '1'; change = 'new'; create = 'y' }
        $same = (Get-ConsulKv "${root}same").ModifyIndex
        $done = Import-ConsulKv $file -Prefix $root -Delete -Force
        $done.Created, $done.Changed, $done.Deleted, $done.Unchanged | Should -Be 1, 1, 1, 1
        (Get-ConsulKv "${root}same").ModifyIndex | Should -Be $same
        (Get-ConsulKv $root).Value | Should -Be 'new', 'y', '1'
        (Import-ConsulKv $file -Prefix $root).Unchanged | Should -Be 3
    }

    It 'tells the truth with -WhatIf, and leaves no undo file or journal' {
        $file = Save-Document whatif.json @{ change = 'new' }
        $shown = Invoke-NewShell "`$env:CONSUL_HTTP_TOKEN = '$((Get-LabAgent).ManagementToken)'; Import-ConsulKv '$file' -Session $((Get-LabAgent).Address.OriginalString) -Prefix $root -Delete -WhatIf -UndoPath '$TestDrive/u.json' -JournalPath '$TestDrive/j'"
        $shown | Should -Match "Change ${root}change: 'old' → 'new'"
        $shown | Should -Match "Delete ${root}extra"
        $shown | Should -Match '0 to create, 1 to change, 2 to delete, 0 unchanged'
        (Get-ConsulKv "${root}change").Value | Should -Be 'old'
        "$TestDrive/u.json", "$TestDrive/j" | ForEach-Object { $_ | Should -Not -Exist }
    }

    It 'does not remove anything where nobody can be asked' {
        $file = Save-Document ask.json @{ change = 'new' }
        $shown = Invoke-NewShell "`$env:CONSUL_HTTP_TOKEN = '$((Get-LabAgent).ManagementToken)'; Import-ConsulKv '$file' -Session $((Get-LabAgent).Address.OriginalString) -Prefix $root -Delete -UndoPath '$TestDrive/ask-undo.json' -JournalPath '$TestDrive/ask-journal'"
        $shown | Should -Match 'nobody can be asked here'
        (Get-ConsulKv "${root}extra").Value | Should -Be 'x'
        # Nor does what was planned stand in the next one's way.
        "$TestDrive/ask-undo.json", "$TestDrive/ask-journal" | ForEach-Object { $_ | Should -Not -Exist }
    }

    It 'refuses two documents at once, and takes the form of an export that is piped' {
        $file = Save-Document two.json @{ fromfile = '1' }
        foreach ($piped in [pscustomobject]@{ Key = 'frompipe'; Value = '1' }, 'text', (Get-Item (Save-Document other.json @{ frompipe = '1' }))) {
            $refused = Get-ErrorOf { $piped | Import-ConsulKv $file -Prefix $root }
            $refused.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
            "$refused" | Should -BeLike '*there are two documents*'
        }
        (Get-ErrorOf { [pscustomobject]@{ Key = 'frompipe'; Value = '1' }, (Get-Item $file) | Import-ConsulKv -Prefix $root })[0].FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        Get-ConsulKv "${root}frompipe", "${root}fromfile" -ErrorAction Ignore | Should -BeNullOrEmpty
        (Export-ConsulKv $root -StripPrefix -Path (Join-Path $TestDrive 'form.txt') -Format Json | Import-ConsulKv -Prefix "${root}copy").Created | Should -Be 3
        (Export-ConsulKv $root -StripPrefix -Path (Join-Path $TestDrive 'form.json') -Format Yaml -Exclude '*copy/*' | Import-ConsulKv -Prefix "${root}copy").Unchanged | Should -Be 3
    }

    It 'overwrites no undo file, -Force or not' {
        $file = Save-Document force.json @{ change = 'new' }
        $undo = Join-Path $TestDrive 'force-undo.json'
        (Import-ConsulKv $file -Prefix $root -UndoPath $undo -Force).Changed | Should -Be 1
        $before = Get-Content $undo -Raw
        "$(Get-ErrorOf { Import-ConsulKv $file -Prefix $root -UndoPath $undo -Force })" | Should -BeLike '*never overwritten*another name*'
        Get-Content $undo -Raw | Should -BeExactly $before
    }

    Context 'fed with -Delete by a command that fails' {
        BeforeAll {
            $source = [ConsulKvTools.Lab.ScriptedHttpServer]::new()
            $rows = 0..999 | ForEach-Object { "{`"LockIndex`":0,`"Key`":`"app/k$_`",`"Flags`":0,`"Value`":`"$([Convert]::ToBase64String([byte[]]::new(100)))`",`"CreateIndex`":5,`"ModifyIndex`":5}" }
            $whole = "[$($rows -join ',')]"
            [void]$source.On('GET', '/v1/kv/', [ConsulKvTools.Lab.ScriptedResponse]::Truncated($whole, [int]($whole.Length / 2), 200))
            $once = New-ConsulRetryPolicy -MaxAttempts 1
            $half = New-ConsulKvSession $source.Address.OriginalString -RetryPolicy $once
            $none = New-ConsulKvSession 127.0.0.1:1 -RetryPolicy $once
            function Get-Left { (@(Get-ConsulKv $root).ForEach{ $_.Key.Substring($root.Length) }) -join ' ' }
        }
        AfterAll { $source.Dispose() }

        It 'imports nothing of an export that could not be had whole (<Name>, <Preference>)' -ForEach @(
            foreach ($preference in 'Continue', 'SilentlyContinue', 'Ignore') {
                @{ Name = 'nobody answers'; Preference = $preference; From = { $none }; Given = @{} }
                @{ Name = 'it breaks off'; Preference = $preference; From = { $half }; Given = @{} }
                @{ Name = 'its text breaks off'; Preference = $preference; From = { $half }; Given = @{ Path = '-'; Format = 'Properties' } }
            }
        ) {
            $there = & $From
            $from = if ($Given.Format) { @{ Format = $Given.Format } } else { @{} }
            $failed = Get-ErrorOf { Export-ConsulKv app/ -StripPrefix -Session $there -ErrorAction $Preference @Given | Import-ConsulKv @from -Prefix $root -Delete -Force }
            @($failed).Count | Should -Be 1
            $failed.InvocationInfo.MyCommand.Name | Should -Be 'Export-ConsulKv'
            Get-Left | Should -Be 'change extra same'
        }

        It 'removes nothing when an earlier command of the pipeline reported an error' {
            $failed = Get-ErrorOf { Get-ConsulKv app/ -Recurse -Session $half | Import-ConsulKv -Map @{ 'app/' = $root } -Delete -Force }
            $failed.FullyQualifiedErrorId | Should -BeLike 'Document.Unreadable,*'
            "$failed" | Should -BeLike 'What came through the pipeline may not be all of it, for an error was reported meanwhile: *'
            "$(Get-ErrorOf { Get-ConsulKv app/ -Recurse -Session $half -ErrorAction SilentlyContinue | Where-Object Key | Import-ConsulKv -Map @{ 'app/' = $root } -Delete -Force })" | Should -BeLike 'What came through*'
            Get-Left | Should -Be 'change extra same'
            # Without -Delete what is missing stays; an error of an earlier line is none of this pipeline's; and a variable is whatever it is.
            $kept = Get-ConsulKv app/ -Recurse -Session $half -ErrorAction SilentlyContinue
            (Get-ConsulKv app/ -Recurse -Session $half -ErrorAction SilentlyContinue | Import-ConsulKv -Map @{ 'app/' = $root }).Created | Should -Be $kept.Count
            ($kept | Import-ConsulKv -Map @{ 'app/' = $root } -Delete -Force).Deleted | Should -Be 3
        }

        It 'takes a pipeline that gives nothing for no document, -Force or not' {
            $refused = Get-ErrorOf { @() | Import-ConsulKv -Prefix $root -Delete -Force 3>$null }
            $refused.FullyQualifiedErrorId | Should -BeLike 'Document.WouldEmpty,*'
            "$refused" | Should -BeLike "*every key below $root, because nothing came through the pipeline*"
            $refused.ErrorDetails.RecommendedAction | Should -BeLike '*Remove-ConsulKv -Recurse*'
            $missing = $null
            (Get-ErrorOf { $missing | Import-ConsulKv -Prefix $root -Delete -Force 3>$null }).FullyQualifiedErrorId | Should -BeLike 'Document.WouldEmpty,*'
            Get-Left | Should -Be 'change extra same'
            # A file that holds no keys is somebody's word.
            Set-Content (Join-Path $TestDrive 'none.json') '[]'
            (Import-ConsulKv (Join-Path $TestDrive 'none.json') -Prefix $root -Delete -Force 3>$null).Deleted | Should -Be 3
        }
    }

    It 'says with -Delete that the token may not see all, and does not call it complete' {
        $narrow = New-LabSession "key_prefix `"${root}`" { policy = `"write`" } key_prefix `"${root}secret/`" { policy = `"deny`" }"
        [void](Set-ConsulKv "${root}secret/x" 1)
        $done = Import-ConsulKv (Save-Document narrow.json @{ same = '1' }) -Prefix $root -Session $narrow -Delete -Force -WarningVariable told -WarningAction SilentlyContinue
        "$told" | Should -BeLike "Acl.ReadFiltered: -Delete may leave keys that the token does not see: this agent does not say whether it sees all of ${root}. *"
        $done.Deleted, $done.IsPartial, $done.IsComplete | Should -Be 2, $true, $false
        (Get-ConsulKv "${root}secret/x").Value | Should -Be 1
        $whole = Import-ConsulKv (Save-Document narrow.json @{ same = '1' }) -Prefix $root -Delete -Force -WarningVariable quiet
        $whole.Deleted, $whole.IsPartial, $whole.IsComplete, "$quiet" | Should -Be 1, $false, $true, ''
    }

    It 'maps beginnings of keys, and refuses a key that no row fits' {
        $file = Save-Document map.json @{ 'app/a' = '1'; 'app/db/b' = '2' }
        (Import-ConsulKv $file -Map @{ 'app/' = "${root}x/"; 'app/db/' = "${root}db2/" }).Created | Should -Be 2
        (Get-ConsulKv "${root}db2/b").Value | Should -Be '2'
        (Get-ErrorOf { Import-ConsulKv $file -Map @{ 'app/db/' = $root } })[0].FullyQualifiedErrorId | Should -BeLike 'Document.Malformed,*'
    }

    It 'takes entries of another store, text, files and rows from the pipeline' {
        $copy = "${root}copy/"
        $second = [ConsulKvTools.Lab.ConsulAgent]::Start(([ConsulKvTools.Lab.ConsulAgentOptions]@{ InMemory = $true }))
        try {
            $there = New-ConsulKvSession $second.Address.OriginalString
            (Export-ConsulKv $root | Import-ConsulKv -Session $there).Created | Should -Be 3
            (Export-ConsulKv -Session $there -Path - | Import-ConsulKv).Unchanged | Should -Be 3
            (Get-ConsulKv $root -Session $there).Value | Should -Be (Get-ConsulKv $root).Value
        }
        finally { $second.Dispose() }
        (Get-Item (Save-Document pipe.json @{ a = '1' }) | Import-ConsulKv -Prefix $copy).Created | Should -Be 1
        ([pscustomobject]@{ Key = 'b'; Value = 5 } | Import-ConsulKv -Prefix $copy).Created | Should -Be 1
        (Get-ConsulKv "${copy}b").Value | Should -Be '5'
    }

    It 'gives back by the undo file what was before' {
        $file = Save-Document undo.json @{ change = 'new'; create = 'y' }
        $before = Get-ConsulKv $root | ForEach-Object { "$($_.Key)=$($_.Value)" }
        $done = Import-ConsulKv $file -Prefix $root -Delete -Force -UndoPath "$TestDrive/before.json"
        $done.UndoPath | Should -Exist
        (Get-ConsulKv $root).Count | Should -Be 2
        (Import-ConsulKv $done.UndoPath -Force).IsComplete | Should -BeTrue
        Get-ConsulKv $root | ForEach-Object { "$($_.Key)=$($_.Value)" } | Should -Be $before
    }

    It 'goes on after a kill -9 in its middle' {
        $folder = Join-Path $TestDrive 'killed'
        [void](New-Item $folder -ItemType Directory)
        $big = Join-Path $folder 'big.json'
        $value = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('v' * 2000))
        $rows = 0..9999 | ForEach-Object { '{"key":"k/' + $_.ToString('00000') + '","flags":3,"value":"' + $value + '"}' }
        [IO.File]::WriteAllText($big, "[`n" + ($rows -join ",`n") + "`n]`n")
        $journal = Join-Path $folder 'journal'
        $start = [Diagnostics.ProcessStartInfo]::new((Get-Process -Id $PID).Path)
        foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', "Import-Module '$script:ManifestPath'; Import-ConsulKv '$big' -Session $((Get-LabAgent).Address.OriginalString) -Prefix $root -JournalPath '$journal' -UndoPath '$folder/undo.json' -ThrottleLimit 1") { $start.ArgumentList.Add($argument) }
        $start.Environment['CONSUL_HTTP_TOKEN'] = (Get-LabAgent).ManagementToken
        $process = [Diagnostics.Process]::Start($start)
        $deadline = [DateTime]::UtcNow.AddSeconds(60)
        while ([DateTime]::UtcNow -lt $deadline -and @(Get-ConsulKv -Prefix "${root}k/" -NamesOnly).Count -lt 300) { Start-Sleep -Milliseconds 50 }
        $process.Kill()
        $process.WaitForExit()
        $written = @(Get-ConsulKv -Prefix "${root}k/" -NamesOnly).Count
        $written | Should -BeGreaterThan 299
        $written | Should -BeLessThan 10000
        $journal | Should -Exist

        $done = Import-ConsulKv $big -Prefix $root -JournalPath $journal -UndoPath "$folder/undo.json"
        $done.IsComplete | Should -BeTrue
        $done.DoneBefore + $done.Unchanged | Should -BeGreaterOrEqual $written
        $done.DoneBefore + $done.Unchanged + $done.Created | Should -Be 10000
        @(Get-ConsulKv -Prefix "${root}k/" -NamesOnly).Count | Should -Be 10000
        $journal | Should -Not -Exist
        (Import-ConsulKv "$folder/undo.json" -Force).Deleted | Should -Be 10000
    }
}
