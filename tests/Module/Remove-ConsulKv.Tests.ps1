BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true }
    $root = "remove/$([guid]::NewGuid().ToString('N'))/"
    $environment = @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'Remove-ConsulKv: keys' {
    It 'removes keys without asking, from the pipeline too' {
        "${root}a", "${root}b" | Set-ConsulKv -Value v | Out-Null
        (Get-ConsulKv $root | Remove-ConsulKv).Outcome | Should -Be 'Written', 'Written'
        Get-ConsulKv $root | Should -BeNullOrEmpty
    }

    It 'removes with a matching index only' {
        Set-ConsulKv "${root}cas" v | Out-Null
        (Remove-ConsulKv "${root}cas" -CheckAndSet 1 -ErrorAction SilentlyContinue).Outcome | Should -Be 'Conflict'
        (Remove-ConsulKv "${root}cas" -CheckAndSet (Get-ConsulKv "${root}cas").ModifyIndex).Outcome | Should -Be 'Written'
    }

    It 'takes -Force for a single key too' {
        Set-ConsulKv "${root}forced" v | Out-Null
        (Remove-ConsulKv "${root}forced" -Force).Outcome | Should -Be 'Written'
    }

    It 'names an index that is none' {
        "$(Get-ErrorOf { Remove-ConsulKv a -CheckAndSet -5 })" | Should -Match "'-5'"
    }

    It 'refuses bad keys, the empty one with -Recurse too' {
        (Get-ErrorOf { Remove-ConsulKv /a }).FullyQualifiedErrorId | Should -BeLike 'Key.LeadingSlash,*'
        (Get-ErrorOf { Remove-ConsulKv '' -Recurse -Force }).FullyQualifiedErrorId | Should -BeLike 'Key.Empty,*'
    }

    It 'reports a denied removal' {
        Set-ConsulKv "${root}kept" v | Out-Null
        $reader = New-LabSession 'key_prefix "" { policy = "read" }'
        $result = Remove-ConsulKv "${root}kept" -Session $reader -ErrorVariable failure -ErrorAction SilentlyContinue
        $result.Outcome | Should -Be 'Denied'
        $failure[0].FullyQualifiedErrorId | Should -BeLike 'Acl.*'
        (Get-ConsulKv "${root}kept").Value | Should -Be 'v'
    }

    It 'asks with -Confirm' {
        # Nobody is there to answer: the question itself is the failure.
        Set-ConsulKv "${root}asked" v | Out-Null
        Invoke-NewShell "Remove-ConsulKv '${root}asked' -Confirm" $environment | Should -Match 'NonInteractive'
        (Get-ConsulKv "${root}asked").Value | Should -Be 'v'
    }

    It 'shows what is there with -WhatIf' {
        Set-ConsulKv "${root}wi" 'to go' | Out-Null
        Invoke-NewShell "Remove-ConsulKv '${root}wi' -WhatIf" $environment | Should -Match "now 'to go'"
        (Get-ConsulKv "${root}wi").Value | Should -Be 'to go'
    }
}

Describe 'Remove-ConsulKv: folders' {
    BeforeEach { "${root}tree/a", "${root}tree/b/c" | Set-ConsulKv -Value v | Out-Null }

    It 'does not take a prefix for a key: it says that -Recurse is needed and how much is there' {
        $failure = Get-ErrorOf { Remove-ConsulKv "${root}tree/" }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
        "$failure" | Should -Match '2 keys below'
        "$failure" | Should -Match '-Recurse'
        @(Get-ConsulKv "${root}tree/").Count | Should -Be 2
    }

    It 'removes a folder''s own key, and says that what is below stays' {
        Set-ConsulKv "${root}tree/" '' | Out-Null
        (Remove-ConsulKv "${root}tree/" -WarningVariable said -WarningAction SilentlyContinue).Outcome | Should -Be 'Written'
        "$said" | Should -Match '2 keys'
        @(Get-ConsulKv "${root}tree/").Count | Should -Be 2
    }

    It 'asks before it removes a tree, with the count' {
        Invoke-NewShell "Remove-ConsulKv '${root}tree/' -Recurse" $environment | Should -Match 'NonInteractive'
        Invoke-NewShell "Remove-ConsulKv '${root}tree/' -Recurse -WhatIf" $environment | Should -Match 'Remove 2 keys that begin with'
        @(Get-ConsulKv "${root}tree/").Count | Should -Be 2
    }

    It 'removes a tree without asking with <_>' -ForEach '-Force', '-Confirm:$false' {
        $result = Invoke-Expression "Remove-ConsulKv '${root}tree/' -Recurse $_"
        $result.Outcome | Should -Be 'Written'
        $result.Kind | Should -Be 'DeleteTree'
        Get-ConsulKv "${root}tree/" | Should -BeNullOrEmpty
    }

    It 'names a neighbour that a prefix without a slash would take along' {
        Set-ConsulKv "${root}trees" v | Out-Null
        Invoke-NewShell "Remove-ConsulKv '${root}tree' -Recurse -WhatIf" $environment | Should -Match 'trees, which is not below'
    }
}
