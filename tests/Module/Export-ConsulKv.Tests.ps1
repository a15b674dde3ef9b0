BeforeAll {
    . "$PSScriptRoot/Lab.ps1"
    $session = New-LabSession -With @{ Default = $true }
    $agent = Get-LabAgent
    $consul = [ConsulKvTools.Lab.ConsulBinary]::Locate().Path
    $root = "move-$([guid]::NewGuid().ToString('N').Substring(0, 8))/"
    function Invoke-Consul { $env:CONSUL_HTTP_ADDR = $agent.Address.OriginalString; $env:CONSUL_HTTP_TOKEN = $agent.ManagementToken; try { if ($MyInvocation.ExpectingInput) { $input | & $consul @args } else { & $consul @args } } finally { Remove-Item env:CONSUL_HTTP_ADDR, env:CONSUL_HTTP_TOKEN } }
    "${root}a", "${root}a/b", "${root}c d" | Set-ConsulKv -Value "x<y>`n" -Flags 7 | Out-Null
    [void](Set-ConsulKv "${root}bytes" ([byte[]](255, 0, 10)))
}
AfterAll {
    Remove-ConsulKv $root -Recurse -Force | Out-Null
    Get-ConsulKvSession | Remove-ConsulKvSession
}

Describe 'Export-ConsulKv' {
    It 'writes the file that consul kv export writes, byte for byte, and says its hash' {
        $expected = Join-Path $TestDrive 'theirs.json'
        [IO.File]::WriteAllText($expected, ((Invoke-Consul kv export $root) -join "`n") + "`n")
        $export = Export-ConsulKv $root -Path (Join-Path $TestDrive 'ours.json')
        (Get-FileHash (Join-Path $TestDrive 'ours.json')).Hash | Should -Be (Get-FileHash $expected).Hash
        $export.Sha256 | Should -Be (Get-FileHash $expected).Hash
        $export.Keys | Should -Be 4
        $export.Index | Should -Be (Get-ConsulKv $root | Measure-Object ModifyIndex -Maximum).Maximum
    }

    It 'gives the same text with -Path -, and consul takes it from the pipeline' {
        $text = (Export-ConsulKv $root -Path -) -join "`n"
        $text | Should -BeExactly ((Invoke-Consul kv export $root) -join "`n")
        $text | Invoke-Consul kv import - | Should -HaveCount 4
    }

    It 'gives entries without -Path, with the prefix cut off and patterns left out' {
        $entries = Export-ConsulKv $root -StripPrefix -Exclude '*/b', '*bytes'
        $entries.Key | Should -Be 'a', 'c d'
        $entries[0].Flags | Should -Be 7
    }

    It 'leaves the file that was there as it was when something cannot be exported' {
        $file = Join-Path $TestDrive 'kept.yaml'
        Set-Content $file 'old'
        (Get-ErrorOf { Export-ConsulKv $root -Path $file }).FullyQualifiedErrorId | Should -BeLike 'Document.Unrepresentable,*'
        Get-Content $file | Should -Be 'old'
        Get-ChildItem $TestDrive -Force -Filter '*.tmp' | Should -BeNullOrEmpty
    }

    It 'writes a folder whose second export changes only what changed' {
        $folder = Join-Path $TestDrive 'tree'
        (Export-ConsulKv $root -StripPrefix -Path $folder).FilesWritten | Should -Be 4
        [IO.File]::ReadAllBytes((Join-Path $folder 'bytes')) | Should -Be 255, 0, 10
        $again = Export-ConsulKv $root -StripPrefix -Path $folder -Exclude '*bytes'
        $again.FilesWritten, $again.FilesRemoved | Should -Be 0, 1
        "$(Get-ErrorOf { Export-ConsulKv $root -StripPrefix -Path $folder -NoClobber })" | Should -BeLike '*it is not empty, and nothing in it shall be overwritten*'
        Join-Path $folder 'bytes' | Should -Not -Exist
        (Export-ConsulKv $root -StripPrefix -Path (New-Item (Join-Path $TestDrive 'fresh') -ItemType Directory).FullName -NoClobber).FilesWritten | Should -Be 4
    }

    It 'writes nothing with -WhatIf, refuses what is there with -NoClobber, and asks for a form that no name says' {
        $file = Join-Path $TestDrive 'new.json'
        Export-ConsulKv $root -Path $file -WhatIf
        $file | Should -Not -Exist
        Set-Content $file 'x'
        (Get-ErrorOf { Export-ConsulKv $root -Path $file -NoClobber }).FullyQualifiedErrorId | Should -BeLike 'Document.NotWritten,*'
        (Get-ErrorOf { Export-ConsulKv $root -Path (Join-Path $TestDrive 'x.txt') }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }

    It 'says so when nothing is there, or a token may not see it' {
        Export-ConsulKv 'no-such/' -Path (Join-Path $TestDrive 'none.json') -WarningVariable warned -WarningAction SilentlyContinue | Out-Null
        $warned | Should -Match 'the export is empty'
        [IO.File]::ReadAllText((Join-Path $TestDrive 'none.json')) | Should -BeExactly "[]`n"
        $nobody = New-LabSession 'key_prefix "" { policy = "deny" }'
        Export-ConsulKv $root -Session $nobody -WarningVariable hidden -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        $hidden | Should -Match 'Acl.ReadFiltered'
    }

    It 'warns that it may lack keys when the token may not read all of the prefix' {
        $narrow = New-LabSession "key_prefix `"${root}a`" { policy = `"read`" }"
        (Export-ConsulKv $root -Session $narrow -WarningVariable told -WarningAction SilentlyContinue).Key | Should -Be "${root}a", "${root}a/b"
        "$told" | Should -BeLike "Acl.ReadFiltered: The export may lack keys: the token has no rule that lets it read all of ${root}. *"
        Export-ConsulKv "${root}a" -Session $narrow -WarningVariable quiet | Out-Null
        Export-ConsulKv $root -WarningVariable +quiet | Out-Null
        $quiet | Should -BeNullOrEmpty
    }

    It 'names the key whose file the system would refuse, before it writes any' {
        if ($IsWindows) { Set-ItResult -Skipped -Because 'a key has fewer characters than a path there'; return }
        $long = "${root}long/" + ((1..45 | ForEach-Object { 'k' * 100 }) -join '/')
        [void](Set-ConsulKv $long 1)
        try {
            $refused = Get-ErrorOf { Export-ConsulKv "${root}" -Path (Join-Path $TestDrive 'deep') -Format Folder }
            $refused.FullyQualifiedErrorId | Should -BeLike 'Document.Unrepresentable,*'
            "$refused" | Should -BeLike "${root}long/kkk*this system takes*"
            Join-Path $TestDrive 'deep' | Should -Not -Exist
        }
        finally { [void](Remove-ConsulKv $long -Force) }
    }
}
