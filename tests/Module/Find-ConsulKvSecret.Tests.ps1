BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true }
    $password = 'Tr0ub4dor&3'
    Set-ConsulKv secret/db/password $password | Out-Null
    Set-ConsulKv secret/db/host db1 | Out-Null
    Set-ConsulKv secret/db/reference 'password: ${DB_PASSWORD}' | Out-Null
    Set-ConsulKv secret/app.json "{ ""db"": [ { ""password"": ""$password"" } ] }" | Out-Null
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Find-ConsulKvSecret' {
    It 'says where and what, and shows no part of it' {
        $found = Find-ConsulKvSecret secret/
        $found.Key | Should -Be 'secret/app.json', 'secret/db/password'
        $found[0].JsonPath | Should -Be '$.db[0].password'
        $found.Rule | Should -Be 'named-password', 'named-password'
        $found[0].Fingerprint | Should -Be $found[1].Fingerprint
        $found[1].Session | Should -Be $session.Name
        foreach ($shown in ($found | Out-String), ($found | Format-List * -Force | Out-String), ($found | ConvertTo-Json)) { $shown | Should -Not -Match 'Tr0u|dor&3' }
    }

    It 'takes entries, rows and files from the pipeline' {
        (Get-ConsulKv secret/ | Find-ConsulKvSecret).Key | Should -Be 'secret/app.json', 'secret/db/password'
        ([pscustomobject]@{ Key = 'x/password'; Value = $password } | Find-ConsulKvSecret).Key | Should -Be 'x/password'
        $file = New-Item (Join-Path $TestDrive 'app.properties') -Value "host=a`npassword=$password`n"
        $found = $file | Find-ConsulKvSecret
        $found.Line | Should -Be 2
        $found.Key | Should -Be $file.FullName
        (Get-ErrorOf { Get-Process -Id $PID | Find-ConsulKvSecret }).FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
    }

    It 'searches an export of consul key by key and needs no agent for it' {
        $export = Join-Path $TestDrive 'export.json'
        & $env:CONSUL_BIN kv export "-http-addr=$($agent.Address.OriginalString)" "-token=$($agent.ManagementToken)" secret/ | Set-Content $export
        (Find-ConsulKvSecret -Path $export -Session http://127.0.0.1:1).Key | Should -Be 'secret/app.json', 'secret/db/password'
        (Find-ConsulKvSecret -Path $TestDrive).Count | Should -BeGreaterOrEqual 2
    }

    It 'leaves out what is known, excluded or less sure' {
        $list = Join-Path $TestDrive 'allowed.txt'
        Find-ConsulKvSecret secret/ | ForEach-Object { "$($_.Fingerprint) $($_.Key)" } | Set-Content $list
        Get-Content $list -Raw | Should -Not -Match 'Tr0u'
        Find-ConsulKvSecret secret/ -AllowListPath $list | Should -BeNullOrEmpty
        (Find-ConsulKvSecret secret/ -Exclude 'secret/db/*').Key | Should -Be 'secret/app.json'
        Find-ConsulKvSecret secret/ -ExcludeRule named-* | Should -BeNullOrEmpty
        Set-Content $list 'hunter2-was-put-here'
        $failure = Get-ErrorOf { Find-ConsulKvSecret secret/ -AllowListPath $list }
        "$failure" | Should -Match 'line 1'
        "$failure" | Should -Not -Match 'hunter2'
    }

    It 'does not call a store clean that the token may not see' {
        $blind = New-LabSession 'key_prefix "other/" { policy = "read" }'
        (Get-ErrorOf { Find-ConsulKvSecret secret/ -Session $blind }).FullyQualifiedErrorId | Should -BeLike 'Acl.ReadFiltered,*'
        Find-ConsulKvSecret nothing/here/ -WarningVariable said -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$said" | Should -Match 'nothing was searched'
    }

    It 'warns that it may lack keys when the token may not read all of the prefix, whether something was found or not' {
        Set-ConsulKv part/pub/password $password | Out-Null
        Set-ConsulKv part/clean/host db1 | Out-Null
        $limited = New-LabSession 'key_prefix "part/clean/" { policy = "read" }'
        Find-ConsulKvSecret part/ -Session $limited -WarningVariable told -WarningAction SilentlyContinue | Should -BeNullOrEmpty
        "$told" | Should -BeLike 'Acl.ReadFiltered: The search may lack keys: the token has no rule that lets it read all of part/. *'
        $some = New-LabSession 'key_prefix "part/pub/" { policy = "read" }'
        (Find-ConsulKvSecret part/ -Session $some -WarningVariable told -WarningAction SilentlyContinue).Key | Should -Be 'part/pub/password'
        "$told" | Should -BeLike 'Acl.ReadFiltered: The search may lack keys*'
        Find-ConsulKvSecret part/clean/ -Session $limited -WarningVariable told | Should -BeNullOrEmpty
        $told | Should -BeNullOrEmpty
        Find-ConsulKvSecret part/ -WarningVariable told | Out-Null
        $told | Should -BeNullOrEmpty
    }

    It 'refuses $null where it wants a prefix' {
        (Get-ErrorOf { Find-ConsulKvSecret $null }).FullyQualifiedErrorId | Should -BeLike 'ParameterArgumentValidationError,*'
    }

    It 'searches the rest of an export with a bad item by its keys, and the rest of a folder with a link to nowhere' {
        $folder = New-Item -ItemType Directory (Join-Path $TestDrive rest)
        $encoded = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes('hunter22'))
        Set-Content (Join-Path $folder export.json) "[{""key"":""app/db/password"",""flags"":0,""value"":""$encoded""},{""key"":""app/x"",""flags"":-1,""value"":""MQ==""},{""key"":""app/x"",""flags"":0,""value"":""MQ==""}]"
        Set-Content (Join-Path $folder z.properties) 'password=hunter22'
        (Find-ConsulKvSecret -Path (Join-Path $folder export.json)).Key | Should -Be 'app/db/password'
        if (-not $IsWindows) { New-Item -ItemType SymbolicLink (Join-Path $folder m.conf) -Target (Join-Path $folder nowhere) | Out-Null }
        $found = Find-ConsulKvSecret -Path $folder -ErrorVariable said -ErrorAction SilentlyContinue
        $found.Count | Should -Be 2
        if (-not $IsWindows) { $said[0].FullyQualifiedErrorId | Should -BeLike 'Document.Unreadable,*' }
    }

    It 'stops in the middle of a large value from the pipeline' {
        $run = [powershell]::Create()
        $shared = [hashtable]::Synchronized(@{})
        $null = $run.AddScript({
            param($module, $shared)
            Import-Module $module
            $value = "- name: item`n  host: db1`n  tokenTtl: 30m`n"
            while ($value.Length -lt 40MB) { $value += $value }
            $shared.Ready = $true
            [pscustomobject]@{ Key = 'a'; Value = $value } | Find-ConsulKvSecret
        }).AddArgument((Get-Module ConsulKvTools).Path).AddArgument($shared)
        $begun = $run.BeginInvoke()
        $deadline = [datetime]::UtcNow.AddSeconds(60)
        while (-not $shared.Ready -and [datetime]::UtcNow -lt $deadline) { Start-Sleep -Milliseconds 100 }
        Start-Sleep -Milliseconds 500
        $begun.IsCompleted | Should -BeFalse
        $watch = [Diagnostics.Stopwatch]::StartNew()
        $run.Stop()
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 3
        $run.Dispose()
    }

    It 'takes a pattern with many stars without a time-out that would carry the key' {
        Find-ConsulKvSecret -InputObject ([pscustomobject]@{ Key = 'a' * 400; Value = 'password=hunter22' }) -Exclude '*a*a*a*a*a*a*a*a*b' | Should -HaveCount 1
    }
}
