BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $refused = 'Put "http://127.0.0.1:8500/v1/kv/app/x": dial tcp 127.0.0.1:8500: connect: connection refused'
}

Describe 'Resolve-ConsulError' {
    It 'says what a text means' {
        $found = Resolve-ConsulError $refused
        $found | Should -BeOfType ([ConsulKvTools.ConsulFinding])
        $found.Code | Should -BeExactly 'Tcp.Refused'
        $found.Evidence.key | Should -BeExactly 'app/x'
        $found.Evidence.port | Should -Be 8500
    }

    It 'answers each text given by hand, known or not' {
        (Resolve-ConsulError $refused, 'no idea what this is', 'Unexpected response code: 500 (No cluster leader)').Code | Should -Be 'Tcp.Refused', 'Error.NotRecognised', 'Cluster.NoLeader'
    }

    It 'counts what it does not know when it reads a log' {
        $found = @(1..1000 | ForEach-Object { if ($_ -eq 500) { $refused } else { "2026-11-22 10:00:00 INFO line $_" } } | Resolve-ConsulError)
        $found.Code | Should -Be 'Tcp.Refused', 'Error.NotRecognised'
        $found[0].Evidence.line | Should -Be 500
        $found[1].Evidence.lines | Should -Be 999
        $found[1].Severity | Should -Be 'Info'
    }

    It 'groups a log by code, from Get-Content, a file object and -Path alike' {
        $log = Join-Path $TestDrive 'app [1].log'
        Set-Content -LiteralPath $log @($refused, 'INFO fine', $refused, 'Unexpected response code: 403 (Permission denied)', '')
        $expected = 'Tcp.Refused=2', 'Acl.PermissionDenied=1', 'Error.NotRecognised=1'
        foreach ($found in @(
                { Get-Content -LiteralPath $log | Resolve-ConsulError }, { Get-Item -LiteralPath $log | Resolve-ConsulError },
                { Resolve-ConsulError -LiteralPath $log }, { Resolve-ConsulError -Path "$TestDrive/app*.log" }, { Get-Content -LiteralPath $log -Raw | Resolve-ConsulError })) {
            & $found | Group-Object Code | Sort-Object Count, Name -Descending | ForEach-Object { "$($_.Name)=$($_.Count)" } | Sort-Object | Should -Be ($expected | Sort-Object) -Because "$found"
        }
    }

    It 'gives one finding for an exception and its causes' {
        $trace = "java.net.ConnectException: Failed to connect to localhost/127.0.0.1:8500`n`tat okhttp3.Call.x(Call.java:1)`nCaused by: java.net.ConnectException: Connection refused"
        (Resolve-ConsulError $trace).Code | Should -Be 'Tcp.Refused'
        ($trace -split "`n" | Resolve-ConsulError).Code | Should -Be 'Tcp.Refused'
    }

    It 'gives an error of this module its own finding back' {
        $failure = Get-ErrorOf { Get-ConsulFinding No.Such }
        $found = $failure | Resolve-ConsulError
        $found.Code | Should -Be 'Request.Invalid'
        $found.Evidence.source | Should -Be '-Code'
        (Set-ConsulKv /a b -Session http://127.0.0.1:1 -ErrorAction SilentlyContinue | Resolve-ConsulError).Code | Should -Be 'Key.LeadingSlash'
    }

    It 'understands a failed Invoke-RestMethod, its answer''s body included' {
        $agent = Get-LabAgent
        $denied = Get-ErrorOf { Invoke-RestMethod "$($agent.Address)v1/kv/resolve/x" -Method Put -Body v }
        $found = $denied | Resolve-ConsulError
        $found.Code | Should -BeLike 'Acl.*'
        $found.Evidence.key | Should -Be 'resolve/x'
        $found.Evidence.status | Should -Be 403
        (Get-ErrorOf { Invoke-RestMethod http://127.0.0.1:1/v1/kv/a } | Resolve-ConsulError).Code | Should -Be 'Tcp.Refused'
    }

    It 'takes $Error' {
        $codes = & {
            $Error.Clear()
            Get-ConsulFinding No.Such -ErrorAction SilentlyContinue
            try { Invoke-RestMethod http://127.0.0.1:1/v1/kv/a } catch { $null = $_ }
            Get-Item /no/such/file -ErrorAction SilentlyContinue
            ($Error | Resolve-ConsulError).Code
        }
        $codes | Should -Be 'Error.NotRecognised', 'Tcp.Refused', 'Request.Invalid'
    }

    It 'shows no secret of its text' {
        $found = Resolve-ConsulError "Put `"http://127.0.0.1:8500/v1/kv/x?token=8a5f7c0e-1234-4d5e-9f00-abcdefabcdef`": EOF", "X-Consul-Token: my-own-secret-word"
        ($found | Format-List * | Out-String) + ($found.Evidence | Out-String) | Should -Not -Match '8a5f7c0e|my-own-secret'
    }

    It 'says which file it cannot read and goes on' {
        $log = Join-Path $TestDrive 'there.log'
        Set-Content $log $refused
        $found = Resolve-ConsulError -LiteralPath "$TestDrive/missing.log", $log -ErrorAction SilentlyContinue -ErrorVariable failures
        $found.Code | Should -Be 'Tcp.Refused'
        $failures.CategoryInfo.Category | Should -Be 'ObjectNotFound'
        (Get-ErrorOf { Resolve-ConsulError -Path "$TestDrive/none.log" }).CategoryInfo.Category | Should -Be 'ObjectNotFound'
    }

    It 'says that a folder is none of its files' {
        $folder = (New-Item -ItemType Directory (Join-Path $TestDrive 'logs')).FullName
        Set-Content (Join-Path $TestDrive 'logs.txt') $refused
        foreach ($failure in (Get-ErrorOf { Resolve-ConsulError -Path $folder }), (Get-ErrorOf { Resolve-ConsulError -LiteralPath $folder }), (Get-ErrorOf { Get-Item $folder | Resolve-ConsulError })) {
            $failure.FullyQualifiedErrorId | Should -BeLike 'Request.Invalid,*'
            "$failure" | Should -Match 'is a folder; give the files in it'
            $failure.TargetObject | Should -Be $folder
        }
        (Resolve-ConsulError -Path "$TestDrive/logs*" -ErrorAction Stop).Code | Should -Be 'Tcp.Refused'
    }

    It 'says nothing about nothing' {
        Resolve-ConsulError '', $null, '   ' | Should -BeNullOrEmpty
        @() | Resolve-ConsulError | Should -BeNullOrEmpty
    }
}
