BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Name = 'drive' }
    $root = "drive/$([guid]::NewGuid().ToString('N'))/"
    $environment = @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
    New-PSDrive -PSProvider ConsulKv -Name kv -Root $root -Session $session -Scope Global | Out-Null
    function Put([string[]] $Keys, [string] $Value = 'v') { $Keys | ForEach-Object { "$root$_" } | Set-ConsulKv -Value $Value -Session $session | Out-Null }
    function Stored([string] $Key) { (Get-ConsulKv "$root$Key" -Session $session -ErrorAction SilentlyContinue).Value }
}
AfterAll {
    Set-Location $PSScriptRoot
    Get-PSDrive -PSProvider ConsulKv | Remove-PSDrive
    Remove-ConsulKv $root -Recurse -Force -Session $session | Out-Null
    Get-ConsulKvSession | Remove-ConsulKvSession
}

Describe 'A ConsulKv drive' {
    It 'takes a root with and without slashes, and none for the whole store' {
        Put 'rooted/a'
        foreach ($given in "${root}rooted", "${root}rooted/", "/${root}rooted/", "${root}rooted".Replace('/', '\')) {
            New-PSDrive -PSProvider ConsulKv -Name kvroot -Root $given -Session $session | Out-Null
            (Get-ChildItem kvroot:).Key | Should -Be "${root}rooted/a"
            (Get-ChildItem kvroot:/).Key | Should -Be "${root}rooted/a"
            Remove-PSDrive kvroot
        }
        foreach ($given in '', '/') {
            New-PSDrive -PSProvider ConsulKv -Name kvroot -Root $given -Session $session | Out-Null
            (Get-ChildItem kvroot:).Key | Should -Contain 'drive/'
            Get-Content "kvroot:/${root}rooted/a" | Should -Be 'v'
            Remove-PSDrive kvroot
        }
    }

    It 'refuses a root that no key can begin with' {
        (Get-ErrorOf { New-PSDrive -PSProvider ConsulKv -Name kvroot -Root 'a//b' -Session $session }).FullyQualifiedErrorId | Should -BeLike 'Key.DoubleSlash,*'
        (Get-ErrorOf { New-PSDrive -PSProvider ConsulKv -Name kvroot -Root 'a/../b' -Session $session }).FullyQualifiedErrorId | Should -BeLike 'Key.DotSegments,*'
    }

    It 'takes an address for a session, and without one the default session or the environment' {
        Invoke-NewShell "New-PSDrive ckv ConsulKv '$root' -Session $($agent.Address.OriginalString) | Out-Null; Set-Content ckv:/by-address 1; Get-Content ckv:/by-address" $environment | Should -Be '1'
        Invoke-NewShell "New-PSDrive ckv ConsulKv '$root' | Out-Null; Get-Content ckv:/by-address" $environment | Should -Be '1'
        Invoke-NewShell "New-ConsulKvSession http://127.0.0.1:1 -Default -Name mine | Out-Null; (New-PSDrive ckv ConsulKv '').Session.Name" $environment | Should -Be 'mine'
    }

    It 'leaves its session alone when it is removed' {
        New-PSDrive -PSProvider ConsulKv -Name kvgone -Root $root -Session $session | Out-Null
        Remove-PSDrive kvgone
        $session.IsDisposed | Should -BeFalse
    }

    It 'says that its session was removed' {
        $short = New-LabSession -With @{ Name = 'short' }
        New-PSDrive -PSProvider ConsulKv -Name kvshort -Root $root -Session $short | Out-Null
        Remove-ConsulKvSession $short
        "$(Get-ErrorOf { Get-ChildItem kvshort: })" | Should -Match 'the session short was removed'
        Remove-PSDrive kvshort
    }

    It 'shows no secret' {
        $shown = Get-PSDrive kv | Format-List * | Out-String
        $shown += Get-PSDrive kv | ConvertTo-Json -Depth 4 -WarningAction SilentlyContinue
        $shown += Get-PSDrive kv | ForEach-Object { "$_" }
        $shown | Should -Not -Match $agent.ManagementToken
    }

    It 'is not there unasked' {
        Invoke-NewShell '@(Get-PSDrive -PSProvider ConsulKv).Count' | Should -Be '0'
    }
}

Describe 'Listing' {
    BeforeAll { Put 'list/a', 'list/b', 'list/sub/c', 'list/sub/deep/d', 'list/both', 'list/both/x', 'list/Upper', 'list/marked/', 'list/marked/in' }

    It 'shows a level, folders with a slash in their key' {
        (Get-ChildItem kv:/list).Key | Should -Be @('Upper', 'a', 'b', 'both', 'both/', 'marked/', 'sub/').ForEach({ "${root}list/$_" })
        (Get-ChildItem kv:\list\ | Where-Object PSIsContainer).Name | Should -Be 'both', 'marked', 'sub'
        Get-ChildItem kv:/list | Select-Object -First 1 | Should -BeOfType ([ConsulKvTools.ConsulKvItem])
    }

    It 'shows names, all levels, some levels' {
        Get-ChildItem kv:/list/sub -Name | Should -Be 'c', 'deep'
        (Get-ChildItem kv:/list -Recurse).Key | Should -Be @('Upper', 'a', 'b', 'both', 'both/', 'both/x', 'marked/', 'marked/in', 'sub/', 'sub/c', 'sub/deep/', 'sub/deep/d').ForEach({ "${root}list/$_" })
        (Get-ChildItem kv:/list -Depth 1).Key | Should -Be @('Upper', 'a', 'b', 'both', 'both/', 'both/x', 'marked/', 'marked/in', 'sub/', 'sub/c', 'sub/deep/').ForEach({ "${root}list/$_" })
        (Get-ChildItem kv:/list -Recurse -File).Name | Should -Contain 'd'
    }

    It 'takes wildcards, -Include, -Exclude, and -Filter by case' {
        (Get-ChildItem kv:/list/[ab]).Key | Should -Be "${root}list/a", "${root}list/b"
        (Get-ChildItem kv:/li*/su*/c).Key | Should -Be "${root}list/sub/c"
        (Get-ChildItem kv:/list/* -Include b*).PSChildName | Should -Contain 'b'
        (Get-ChildItem kv:/list -Exclude b*, m*).PSChildName | Should -Be 'Upper', 'a', 'sub'
        (Get-ChildItem kv:/list -Filter b*).Key | Should -Be @('b', 'both', 'both/').ForEach({ "${root}list/$_" })
        Get-ChildItem kv:/list -Filter u* | Should -BeNullOrEmpty
        (Get-ChildItem kv:/list -Recurse -Filter d*).Name | Should -Be 'deep', 'd'
        Resolve-Path kv:/li*/a | ForEach-Object Path | Should -Be 'kv:/list/a'
    }

    It 'reads values with -Values only' {
        $found = Get-ChildItem kv:/list/sub -Values
        $found[0] | Should -BeOfType ([ConsulKvTools.ConsulKvEntry])
        $found[0].Value | Should -Be 'v'
        $found[1].IsFolder | Should -BeTrue
    }

    It 'gives a key where the path names one, and the folder where it ends in a slash' {
        (Get-Item kv:/list/both).Value | Should -Be 'v'
        (Get-Item kv:/list/both/).IsFolder | Should -BeTrue
        (Get-ChildItem kv:/list/a).Key | Should -Be "${root}list/a"
        (Get-ChildItem kv:/list/both).Key | Should -Be "${root}list/both/x"
    }

    It 'goes down the pipeline without losing which of the two it is' {
        (Get-ChildItem kv:/list -Filter both | Get-Item | ForEach-Object { $_.GetType().Name }) | Should -Be 'ConsulKvEntry', 'ConsulKvItem'
        (Get-ChildItem kv:/list).PSChildName | Should -Be 'Upper', 'a', 'b', 'both', 'both/', 'marked', 'sub'
        (Get-ChildItem kv:/list/sub | Get-ConsulKv -Session $session).Key | Should -Be "${root}list/sub/c", "${root}list/sub/deep/d"
        Get-ChildItem kv:/list/sub -File | Get-Content | Should -Be 'v'
    }

    It 'tells what is there: <Path> <Type>' -ForEach @(
        @{ Path = 'a'; Any = $true; Folder = $false }, @{ Path = 'a/'; Any = $false; Folder = $false }, @{ Path = 'both'; Any = $true; Folder = $true }, @{ Path = 'sub'; Any = $true; Folder = $true }
        @{ Path = 'sub/'; Any = $true; Folder = $true }, @{ Path = 'su'; Any = $false; Folder = $false }, @{ Path = 'A'; Any = $false; Folder = $false }, @{ Path = 'marked/'; Any = $true; Folder = $true }
    ) {
        Test-Path "kv:/list/$Path" | Should -Be $Any
        Test-Path "kv:/list/$Path" -PathType Container | Should -Be $Folder
        Test-Path "kv:/list/$Path" -PathType Leaf | Should -Be ($Any -and -not $Folder)
    }

    It 'is walked through' {
        try {
            Set-Location kv:\list\sub
            $pwd.Path.Replace('\', '/') | Should -Be 'kv:/list/sub'
            Get-Content c | Should -Be 'v'
            Get-Content ../a | Should -Be 'v'
            Set-Location ..
            Get-ChildItem -Name sub | Should -Be 'c', 'deep'
            Set-Location sub/deep
            Set-Location ../..
            $pwd.Path.Replace('\', '/') | Should -Be 'kv:/list'
            Set-Location kv:
            (Get-Item .).Key | Should -Be "${root}list/"
            { Set-Location a -ErrorAction Stop } | Should -Throw
        }
        finally { Set-Location $PSScriptRoot }
    }

    It 'completes paths with Tab' {
        ([System.Management.Automation.CommandCompletion]::CompleteInput('Get-Content kv:/list/su', 23, $null)).CompletionMatches.CompletionText.Replace('\', '/') | Should -Be 'kv:/list/sub'
        ([System.Management.Automation.CommandCompletion]::CompleteInput('Get-Content kv:/list/sub/', 25, $null)).CompletionMatches.CompletionText.Replace('\', '/') | Should -Be 'kv:/list/sub/c', 'kv:/list/sub/deep'
    }
}

Describe 'A hundred thousand keys' {
    BeforeEach {
        # An answer without end: who waited for all of it would never come back.
        $server = [ConsulKvTools.Lab.ScriptedHttpServer]::new()
        if (-not ('DriveNames' -as [type])) {
            Add-Type -TypeDefinition @'
                using System; using System.Collections.Generic; using System.Text;
                public static class DriveNames
                {
                    public static Func<IEnumerable<byte[]>> Endless { get { return Make; } }
                    private static IEnumerable<byte[]> Make()
                    {
                        for (long n = 0; ; n++)
                        {
                            var text = new StringBuilder(n == 0 ? "[" : ",");
                            for (int i = 0; i < 500; i++) text.Append(i == 0 ? "" : ",").Append("\"big/k").Append((n * 500 + i).ToString("d9")).Append("\"");
                            yield return Encoding.UTF8.GetBytes(text.ToString());
                        }
                    }
                }
'@
        }
        [void]$server.On('GET', '/v1/kv/big/', [ConsulKvTools.Lab.ScriptedResponse]::Generated("HTTP/1.1 200 OK`r`nX-Consul-Index: 1`r`n", [DriveNames]::Endless))
        New-PSDrive -PSProvider ConsulKv -Name kvbig -Root 'big/' -Session $server.Address.OriginalString.TrimEnd('/') | Out-Null
    }
    AfterEach { Remove-PSDrive kvbig; $server.Dispose() }

    It 'shows its first page while the answer still comes in, stops early, and lets the connection go' {
        (Get-ChildItem kvbig: | Select-Object -First 10).Name | Should -Be (0..9).ForEach({ 'k{0:d9}' -f $_ })
        for ($time = 0; (Get-NetworkConnections $server.Port) -gt 0 -and $time -lt 100; $time++) { Start-Sleep -Milliseconds 50 }
        Get-NetworkConnections $server.Port | Should -Be 0
    }

    It 'ends within a second on Ctrl+C' {
        $shell = [powershell]::Create()
        try {
            $shell.AddScript("Import-Module '$ManifestPath'; New-PSDrive kvbig ConsulKv big/ -Session $($server.Address.OriginalString.TrimEnd('/')) | Out-Null").Invoke() | Out-Null
            $shell.Commands.Clear()
            $running = $shell.AddScript('Get-ChildItem kvbig: | Out-Null').BeginInvoke()
            Start-Sleep -Milliseconds 500
            $running.IsCompleted | Should -BeFalse
            $watch = [Diagnostics.Stopwatch]::StartNew()
            $shell.Stop()
            # A second is what is promised; a busy machine may take longer to take note.
            $watch.Elapsed.TotalSeconds | Should -BeLessThan 3
        }
        finally { $shell.Dispose() }
    }
}

Describe 'Content' {
    It 'writes a value without a line end of its own, and reads lines, the whole, some' {
        Set-Content kv:/c/text 'one', 'two'
        Stored 'c/text' | Should -BeExactly "one`ntwo"
        Get-Content kv:/c/text | Should -Be 'one', 'two'
        Get-Content kv:/c/text -Raw | Should -BeExactly "one`ntwo"
        Get-Content kv:/c/text -TotalCount 1 | Should -Be 'one'
        'a', 'b', 'c' | Set-Content kv:/c/text -NoNewline
        Stored 'c/text' | Should -BeExactly 'abc'
        Set-Content kv:/c/text ''
        (Get-Item kv:/c/text).Bytes.Count | Should -Be 0
        ${kv:c/text} = 'by variable'
        ${kv:c/text} | Should -Be 'by variable'
    }

    It 'writes and reads bytes as they are' {
        [byte[]] $bytes = 0..255
        Set-Content kv:/c/bytes $bytes -AsByteStream
        (Get-Item kv:/c/bytes).Bytes | Should -Be $bytes
        Get-Content kv:/c/bytes -AsByteStream | Should -Be $bytes
        (Get-Content kv:/c/bytes -AsByteStream -Raw).GetType().Name | Should -Be 'Byte[]'
        Get-Content kv:/c/bytes -WarningVariable said -WarningAction SilentlyContinue | Out-Null
        "$said" | Should -Match 'no UTF-8'
        Set-Content kv:/c/copy (Get-Content kv:/c/bytes -AsByteStream)
        (Get-Item kv:/c/copy).Bytes | Should -Be $bytes
    }

    It 'writes once: nobody ever sees the key empty or half written' {
        Set-Content kv:/c/once old
        $before = (Get-Item kv:/c/once).ModifyIndex
        'a', 'b' | Set-Content kv:/c/once
        # Other suites write to the agent too, but to other keys: a key written twice would have been seen empty by its own index.
        $after = Get-Item kv:/c/once
        $after.Value | Should -BeExactly "a`nb"
        $after.ModifyIndex - $before | Should -Be 1
    }

    It 'writes nothing when what should give the content breaks off, or there is none' {
        Set-Content kv:/c/kept old
        { 1..3 | ForEach-Object { if ($_ -eq 3) { throw 'broken' }; $_ } | Set-Content kv:/c/kept } | Should -Throw 'broken'
        Stored 'c/kept' | Should -Be 'old'
        1 | ForEach-Object { try { 1..3 | ForEach-Object { if ($_ -eq 3) { throw 'broken' }; $_ } | Add-Content kv:/c/kept } catch { } }
        Stored 'c/kept' | Should -Be 'old'
        @() | Set-Content kv:/c/kept
        Stored 'c/kept' | Should -Be 'old'
    }

    It 'refuses what has no text of its own, and null' {
        Set-Content kv:/c/kept old
        "$(Get-ErrorOf { Set-Content kv:/c/kept @{ a = 1 } })" | Should -Match 'ConvertTo-Json'
        Set-Content kv:/c/kept $null -WarningVariable said -WarningAction SilentlyContinue
        "$said" | Should -Match 'no content'
        Stored 'c/kept' | Should -Be 'old'
    }

    It 'keeps the flags of a key that is written, cleared or added to' {
        Set-ConsulKv "${root}c/flagged" v -Flags 42 -Session $session | Out-Null
        Set-Content kv:/c/flagged w; (Get-Item kv:/c/flagged).Flags | Should -Be 42
        Add-Content kv:/c/flagged x; (Get-Item kv:/c/flagged).Flags | Should -Be 42
        Clear-Content kv:/c/flagged; (Get-Item kv:/c/flagged).Flags | Should -Be 42
        (Get-Item kv:/c/flagged).Value | Should -BeExactly ''
    }

    It 'loses no line that others add at the same time' {
        1..3 | ForEach-Object -Parallel {
            Import-Module $using:ManifestPath
            $n = $_
            New-PSDrive ckv ConsulKv $using:root -Session $using:session | Out-Null
            1..20 | ForEach-Object { Add-Content ckv:/c/log "$n $_" }
        }
        $lines = Get-Content kv:/c/log
        $lines.Count | Should -Be 60
        ($lines | Sort-Object -Unique).Count | Should -Be 60
    }

    It 'says that a folder has no value' {
        Put 'c/folder/x'
        foreach ($failure in (Get-ErrorOf { Get-Content kv:/c/folder }), (Get-ErrorOf { Set-Content kv:/c/folder v }), (Get-ErrorOf { Clear-Content kv:/c/folder })) { "$failure" | Should -Match 'is a folder' }
        Test-Path kv:/c/folder -PathType Leaf | Should -BeFalse
    }

    It 'reads and writes the key that a folder itself is' {
        Set-Content kv:/c/own/ 'value of the folder'
        (Get-ConsulKv -Prefix "${root}c/own/" -Session $session -Recurse).Key | Should -Be "${root}c/own/"
        Get-Content kv:/c/own/ | Should -Be 'value of the folder'
        "$(Get-ErrorOf { Get-Content kv:/c/own })" | Should -Match 'is a folder'
    }
}

Describe 'Making, removing, copying, moving' {
    It 'makes keys and empty folders, and overwrites with -Force only' {
        (New-Item kv:/n/key -Value hello).Value | Should -Be 'hello'
        (Get-ErrorOf { New-Item kv:/n/key -Value again }).FullyQualifiedErrorId | Should -BeLike 'Cas.ZeroButExists,*'
        Stored 'n/key' | Should -Be 'hello'
        (New-Item kv:/n/key -Value again -Force).Value | Should -Be 'again'
        (New-Item kv:/n/empty -ItemType Directory).IsFolder | Should -BeTrue
        Test-Path kv:/n/empty -PathType Container | Should -BeTrue
        Get-ChildItem kv:/n/empty | Should -BeNullOrEmpty
        Remove-Item kv:/n/empty
        Test-Path kv:/n/empty | Should -BeFalse
    }

    It 'removes a key and leaves the folder of the same name, and both with -Recurse' {
        Put 'r/both', 'r/both/x'
        Remove-Item kv:/r/both
        Get-ChildItem kv:/r -Recurse | ForEach-Object Key | Should -Be "${root}r/both/", "${root}r/both/x"
        Put 'r/both'
        Remove-Item kv:/r/both/ -Recurse -Force
        (Get-ChildItem kv:/r).Key | Should -Be "${root}r/both"
        Put 'r/both/x'
        Remove-Item kv:/r/both -Recurse -Force
        Test-Path kv:/r | Should -BeFalse
    }

    It 'asks before it removes a folder, with the number of keys' {
        Put 'r2/a', 'r2/b'
        $make = "New-PSDrive ckv ConsulKv '$root' | Out-Null"
        Invoke-NewShell "$make; Remove-Item ckv:/r2 -Recurse" $environment | Should -Match 'NonInteractive'
        Invoke-NewShell "$make; Remove-Item ckv:/r2 -Recurse -WhatIf" $environment | Should -Match "2 keys that begin with '${root}r2/'"
        @(Get-ChildItem kv:/r2).Count | Should -Be 2
        Invoke-NewShell "$make; `$ConfirmPreference = 'None'; Remove-Item ckv:/r2 -Recurse" $environment | Should -BeNullOrEmpty
        Test-Path kv:/r2 | Should -BeFalse
    }

    It 'does not ask with -Confirm:$false, and tells -Confirm from it' {
        Put 'r2c/a', 'r2c/b'
        $make = "New-PSDrive ckv ConsulKv '$root' | Out-Null"
        Invoke-NewShell "$make; Remove-Item ckv:/r2c -Recurse -Confirm" $environment | Should -Match 'NonInteractive'
        Test-Path kv:/r2c | Should -BeTrue
        Invoke-NewShell "$make; Remove-Item ckv:/r2c -Recurse -Confirm:`$false" $environment | Should -BeNullOrEmpty
        Test-Path kv:/r2c | Should -BeFalse
    }

    It 'does not remove its own root' {
        Put 'r3'
        "$(Get-ErrorOf { Remove-Item kv:/ -Recurse -Force })" | Should -Match 'root of the drive'
        Stored 'r3' | Should -Be 'v'
    }

    It 'copies keys and folders, into a folder that is there, with flags' {
        Put 'cp/a', 'cp/f/x', 'cp/f/y/z', 'cp/f/'
        Set-ConsulKv "${root}cp/a" v -Flags 7 -Session $session | Out-Null
        Copy-Item kv:/cp/a kv:/cp/b
        (Get-Item kv:/cp/b).Flags | Should -Be 7
        Copy-Item kv:/cp/a kv:/cp/f
        Stored 'cp/f/a' | Should -Be 'v'
        (Get-ErrorOf { Copy-Item kv:/cp/f kv:/cp/g }).ErrorDetails.RecommendedAction | Should -Match '-Recurse'
        Copy-Item kv:/cp/f kv:/cp/g -Recurse
        (Get-ConsulKv -Prefix "${root}cp/g/" -Recurse -Session $session).Key | Should -Be @('', 'a', 'x', 'y/z').ForEach({ "${root}cp/g/$_" })
        Copy-Item kv:/cp/f kv:/cp/g -Recurse
        Stored 'cp/g/f/y/z' | Should -Be 'v'
        "$(Get-ErrorOf { Copy-Item kv:/cp/f kv:/cp/f/y/in -Recurse })" | Should -Match 'lies within'
    }

    It 'copies and moves between two stores' {
        $other = [ConsulKvTools.Lab.ConsulAgent]::Start([ConsulKvTools.Lab.ConsulAgentOptions]@{ InMemory = $true })
        try {
            New-PSDrive -PSProvider ConsulKv -Name kvother -Root '' -Session $other.Address.OriginalString | Out-Null
            Put 'two/a', 'two/b/c'
            Copy-Item kv:/two kvother:/copied -Recurse
            (Get-ChildItem kvother:/copied -Recurse -File).Key | Should -Be 'copied/a', 'copied/b/c'
            Move-Item kv:/two/b kvother:/moved
            Get-Content kvother:/moved/c | Should -Be 'v'
            Test-Path kv:/two/b | Should -BeFalse
            Stored 'two/a' | Should -Be 'v'
        }
        finally {
            Remove-PSDrive kvother
            $other.Dispose()
        }
    }

    It 'moves and renames a key in one transaction' {
        Put 'm/a'
        Rename-Item kv:/m/a b
        Stored 'm/b' | Should -Be 'v'
        Stored 'm/a' | Should -BeNullOrEmpty
        Put 'm/f/x'
        Move-Item kv:/m/b kv:/m/f
        Stored 'm/f/b' | Should -Be 'v'
        Rename-Item kv:/m/f g
        (Get-ChildItem kv:/m -Recurse).Key | Should -Be "${root}m/g/", "${root}m/g/b", "${root}m/g/x"
        # Written in one transaction, they have one index.
        @(Get-ConsulKv "${root}m/g/" -Session $session | ForEach-Object ModifyIndex | Sort-Object -Unique).Count | Should -Be 1
    }

    It 'moves nothing onto what is there, unless with -Force' {
        Put 'm2/a' 'new'; Put 'm2/b' 'old'
        $refusal = (Get-ErrorOf { Move-Item kv:/m2/a kv:/m2/b -WarningAction SilentlyContinue })[0]
        $refusal.FullyQualifiedErrorId | Should -BeLike 'Cas.ZeroButExists,*'
        "$refusal" | Should -Match "${root}m2/b exists already"
        Stored 'm2/a' | Should -Be 'new'
        Stored 'm2/b' | Should -Be 'old'
        Move-Item kv:/m2/a kv:/m2/b -Force
        Stored 'm2/b' | Should -Be 'new'
        Stored 'm2/a' | Should -BeNullOrEmpty
    }

    It 'moves more than a transaction takes, and says so' {
        Put (1..100 | ForEach-Object { "m3/from/$_" })
        $said = Move-Item kv:/m3/from kv:/m3/to -Verbose 4>&1
        "$said" | Should -Match '100 keys did not fit into one transaction'
        @(Get-ChildItem kv:/m3/to).Count | Should -Be 100
        Test-Path kv:/m3/from | Should -BeFalse
    }

    It 'changes nothing with -WhatIf: <_>' -ForEach 'New-Item kv:/w/new', 'Set-Item kv:/w/a 2', 'Set-Content kv:/w/a 2', 'Add-Content kv:/w/a 2', 'Clear-Content kv:/w/a', 'Clear-Item kv:/w/a', 'Remove-Item kv:/w/a', 'Remove-Item kv:/w/f -Recurse',
    'Copy-Item kv:/w/a kv:/w/new', 'Move-Item kv:/w/a kv:/w/new', 'Rename-Item kv:/w/a new' {
        Put 'w/a', 'w/f/x'
        Invoke-NewShell "New-PSDrive kv ConsulKv '$root' | Out-Null; $_ -WhatIf" $environment | Should -Match 'What if:'
        (Get-ConsulKv -Prefix "${root}w/" -Recurse -Session $session | ForEach-Object { $_.Key + '=' + $_.Value }) | Should -Be "${root}w/a=v", "${root}w/f/x=v"
    }
}

Describe 'Keys that paths cannot carry' {
    BeforeAll {
        Put 'odd/back\slash', 'odd/back/slash', 'odd/wild[1]*?', 'odd/co:lon', 'odd/two::colons', 'odd/ti`ck', 'odd/with space', 'odd/ümlaut', 'odd/~', 'odd/per%cent'
        Set-ConsulKv "${root}kv:odd" v -Session $session | Out-Null
        Set-ConsulKv "${root}odd/x" 'not this' -Session $session | Out-Null
    }

    It 'reaches <_> by -LiteralPath and down the pipeline' -ForEach 'wild[1]*?', 'co:lon', 'ti`ck', 'with space', 'ümlaut', '~', 'per%cent' {
        Get-Content -LiteralPath "kv:/odd/$_" | Should -Be 'v'
        $name = $_
        (Get-ChildItem kv:/odd | Where-Object Name -CEQ $name | Get-Item).Key | Should -BeExactly "${root}odd/$name"
    }

    It 'shows a backslash and refuses it, never taking another key for it' {
        $odd = Get-ChildItem kv:/odd | Where-Object Name -CEQ 'back\slash'
        $odd.Key | Should -BeExactly "${root}odd/back\slash"
        foreach ($command in 'Get-Item', 'Get-Content', 'Remove-Item', 'Clear-Content') {
            $failure = Get-ErrorOf { $odd | & $command }
            $failure.FullyQualifiedErrorId | Should -BeLike 'Key.NoDrivePath,*'
            "$failure" | Should -Match 'back\\slash'
        }
        Stored 'odd/back/slash' | Should -Be 'v'
        Stored 'odd/back\slash' | Should -Be 'v'
    }

    It 'leaves it out of wildcards with a warning, so that they hit no other key' {
        Get-ChildItem kv:/odd/* -WarningVariable said -WarningAction SilentlyContinue | ForEach-Object Key | Should -Not -Contain "${root}odd/back\slash"
        "$said" | Should -Match '2 names in'
        Remove-Item kv:/odd/back* -Recurse -Exclude back -WhatIf -WarningAction SilentlyContinue
        Stored 'odd/back/slash' | Should -Be 'v'
    }

    It 'refuses an empty part instead of leaving it out' {
        (Get-ErrorOf { Get-Content kv:/odd//x }).FullyQualifiedErrorId | Should -BeLike 'Key.DoubleSlash*'
        (Get-ErrorOf { Set-Content kv:/odd//x 2 }).FullyQualifiedErrorId | Should -BeLike 'Key.DoubleSlash*'
        Stored 'odd/x' | Should -Be 'not this'
    }

    It 'refuses a key that begins with the drive''s own name and a colon' {
        $colon = Get-ChildItem kv:/ | Where-Object Name -CEQ 'kv:odd'
        $colon.Key | Should -BeExactly "${root}kv:odd"
        (Get-ErrorOf { $colon | Get-Content }).FullyQualifiedErrorId | Should -BeLike 'Key.NoDrivePath,*'
    }
}

Describe 'Errors' {
    It 'says what Consul denied, for that item only' {
        Put 'e/open/a', 'e/shut/b'
        $limited = New-LabSession "key_prefix `"${root}e/open/`" { policy = `"read`" }"
        New-PSDrive -PSProvider ConsulKv -Name kvlimited -Root "${root}e/" -Session $limited | Out-Null
        try {
            (Get-ErrorOf { Get-Content kvlimited:/shut/b }).FullyQualifiedErrorId | Should -BeLike 'Acl.*'
            (Get-ErrorOf { Set-Content kvlimited:/open/a 2 }).FullyQualifiedErrorId | Should -BeLike 'Acl.*'
            (Get-ErrorOf { Remove-Item kvlimited:/open/a }).FullyQualifiedErrorId | Should -BeLike 'Acl.*'
            Get-Content kvlimited:/shut/b, kvlimited:/open/a -ErrorAction SilentlyContinue | Should -Be 'v'
            Test-Path kvlimited:/shut/b -ErrorVariable failure -ErrorAction SilentlyContinue | Should -BeFalse
            $failure[0].FullyQualifiedErrorId | Should -BeLike 'Acl.*'
            Stored 'e/open/a' | Should -Be 'v'
        }
        finally { Remove-PSDrive kvlimited }
    }

    It 'says which connection cannot be made' {
        New-PSDrive -PSProvider ConsulKv -Name kvdown -Root '' -Session http://127.0.0.1:1 | Out-Null
        $failure = Get-ErrorOf { Get-ChildItem kvdown: }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Tcp.*'
        $failure.CategoryInfo.Category | Should -Be 'ConnectionError'
        Remove-PSDrive kvdown
    }

    It 'says that a path is not there' {
        (Get-ErrorOf { Get-Content kv:/nothing }).CategoryInfo.Category | Should -Be 'ObjectNotFound'
        (Get-ErrorOf { Get-ChildItem kv:/nothing }).CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }
}
