BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true; Name = 'serialization' }
    $reader = New-LabSession 'key_prefix "" { policy = "read" }' -With @{ Name = 'reader' }
    $bytes = [byte[]](0, 255, 254, 10, 13, 27, 128, 1)
    Set-ConsulKv serial/bytes $bytes -Flags 18446744073709551615 | Out-Null
    Set-ConsulKv serial/text "naïve`t`e[31m`0 text" -Flags 7 | Out-Null
    Set-ConsulKv serial/secret/password 'Tr0ub4dor&3' | Out-Null
    $dead = Invoke-ConsulDiagnosis serial/text -Session http://127.0.0.1:1

    $marked = New-LabSession -With @{ Name = 'marked'; AllowFaultDrill = $true; RetryPolicy = (New-ConsulRetryPolicy 5 -BaseDelay 1ms) }
    $drill = Invoke-ConsulFaultDrill -Session $marked -Fault NoLeader -Rate 0.6 -Seed 4 { 1..10 | ForEach-Object { Set-ConsulKv serial/drill $_ } }

    # One of each type that a command gives, and of what these hold.
    $samples = [ordered]@{
        ConsulKvEntry             = Get-ConsulKv serial/bytes
        ConsulKvWriteResult       = Set-ConsulKv serial/text x -Session $reader -ErrorAction SilentlyContinue
        ConsulKvAttempt           = (Set-ConsulKv serial/other x).Attempts[0]
        ConsulKvConsistencyReport = Get-ConsulKvConsistent serial/text -CompareStale
        ConsulKvReading           = (Get-ConsulKvConsistent serial/text -CompareStale).Stale
        ConsulConnectivityResult  = Test-ConsulConnectivity
        ConsulAclResult           = (Test-ConsulAcl serial/text Write -Session $reader -AdminSession $session)
        ConsulDiagnosis           = Invoke-ConsulDiagnosis serial/text -Session $reader
        ConsulDiagnosisSeries     = ($series = Invoke-ConsulDiagnosis serial/text -Session http://127.0.0.1:1 -Count 2 -Interval 1ms)
        ConsulDiagnosisCause      = $series.Causes[0]
        LatencySummary            = $series.Probes[0]
        ConsulDiagnosisComparison = ($comparison = Compare-ConsulDiagnosis (Invoke-ConsulDiagnosis serial/text) $dead -WarningAction SilentlyContinue)
        ConsulDiagnosisChange     = $comparison.Changes[0]
        ConsulFinding             = $dead.RootCause
        ProbeResult               = $dead.Probes[0]
        FindingDefinition         = Get-ConsulFinding Acl.PermissionDenied
        ConsulSetting             = $session.Configuration[0]
        ConsulKvChange            = Watch-ConsulKv serial/bytes -InitialState -First 1
        ConsulRetryPolicy         = New-ConsulRetryPolicy 3 -BaseDelay 123ms -Backoff Linear
        ConsulKvMetric            = (Get-ConsulKvMetric | Where-Object Code)[0]
        ConsulKvRelease           = Publish-ConsulKvRelease "serial/$([guid]::NewGuid())" v1 @{ a = 1 } | Tee-Object -Variable release
        ConsulKvReleaseSwitch     = $release | Switch-ConsulKvRelease
        ConsulFaultDrillReport    = $drill
        ConsulFaultDrillFault     = $drill.Faults[0]
        ConsulFaultDrillOutcome   = $drill.Outcomes[0]
        ConsulKvSecret            = Find-ConsulKvSecret serial/secret/
        ConsulKvDifference        = Compare-ConsulKv serial/ other/ -WarningAction SilentlyContinue | Select-Object -First 1
        ConsulKvEnvironmentRow    = Compare-ConsulKv -Environment ([ordered]@{ one = $session; two = $reader }) serial/ -IncludeEqual | Select-Object -First 1
        ConsulEnvironmentResult   = Test-ConsulEnvironment -Data @{ Agents = @{ dead = 'http://127.0.0.1:1' } } | Where-Object Status -EQ Failed | Select-Object -First 1
        ConsulKvMeasurement       = ($measured = & { Measure-ConsulKv serial/ -HistoryPath (Join-Path $TestDrive history.jsonl) -LimitBytes 1MB | Out-Null; 'torn' | Add-Content (Join-Path $TestDrive history.jsonl); Measure-ConsulKv serial/ -HistoryPath (Join-Path $TestDrive history.jsonl) -LimitBytes 1MB -WarningAction SilentlyContinue })
        ConsulKvKeySize           = $measured.LargestKeys[0]
        ConsulKvPrefixSize        = (Measure-ConsulKv).Prefixes[0]
        ConsulKvSizeClass         = $measured.SizeClasses[0]
        ConsulKvLimitUse          = $measured.Limits[0]
        ConsulKvChurn             = $measured.Churn
        ConsulKvForecast          = $measured.Forecasts[0]
        ConsulKvMeasurePoint      = $measured.History[0]
        ConsulKvHistoryProblem    = $measured.HistoryProblems[0]
        ConsulLogFinding          = ($logged = & {
                '    2026-01-31T08:00:00.000Z [ERROR] agent.http: Request error: method=PUT url=/v1/kv/app/a from=10.0.0.1:53312 error="No cluster leader"', '    2026-01-31T08:59:00.000Z [INFO]  agent.server: New leader elected: payload=one' | Set-Content (Join-Path $TestDrive serial.log)
                Search-ConsulLog (Join-Path $TestDrive serial.log) })[0]
        ConsulLogEvent            = ($logged | Where-Object Code -EQ Log.LeaderChange).Events[0]
        ConsulLogLine             = (Search-ConsulLog (Join-Path $TestDrive serial.log) -Raw)[0]
        ConsulKvExport            = Export-ConsulKv serial/ -Path (Join-Path $TestDrive 'serial.json')
        ConsulKvImportItem        = Import-ConsulKv (Join-Path $TestDrive 'serial.json') -Prefix copy -Plan | Select-Object -First 1
        ConsulKvImport            = Import-ConsulKv (Join-Path $TestDrive 'serial.json')
    }

    # Every public member, down to plain values, as text: what two objects have in common when they say the same.
    function Show-Object($Value, [string] $Path = '', [int] $Depth = 0) {
        $bare = if ($Value -is [psobject]) { $Value.PSObject.BaseObject } else { $Value }
        if ($null -eq $bare) { return "$Path = null" }
        if ($bare -is [datetimeoffset]) { return "$Path = $($bare.ToString('o'))" }
        if ($bare -is [string] -or $bare.GetType().IsPrimitive -or $bare -is [enum] -or $bare -is [timespan]) { return "$Path = $bare ($($bare.GetType().Name))" }
        if ($Depth -gt 12) { return "$Path is too deep" }
        if ($bare -is [Collections.IDictionary]) { foreach ($key in $bare.Keys) { Show-Object $bare[$key] "$Path[$key]" ($Depth + 1) }; return }
        if ($bare -is [Collections.IEnumerable]) { $index = 0; foreach ($item in $bare) { Show-Object $item "$Path[$index]" ($Depth + 1); $index++ }; return "$Path has $index" }
        foreach ($property in $bare.GetType().GetProperties('Public, Instance') | Where-Object { $_.Name -ne 'EqualityContract' }) { Show-Object $property.GetValue($bare) "$Path.$($property.Name)" ($Depth + 1) }
    }

    function Copy-Serialized($Object) { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($Object)) }
}
AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

Describe 'What goes through serialization' {
    # A lock is held where it was taken; a session leaves its token behind; a check is a question to agents of here, and its description is what is carried about.
    It 'is every type that a command gives' {
        $given = (Get-Command -Module ConsulKvTools -CommandType Cmdlet).OutputType.Type | Where-Object { $_.Namespace -eq 'ConsulKvTools' -and $_.Name -notin 'ConsulKvSession', 'ConsulEnvironmentCheck', 'ConsulKvLock' }
        foreach ($type in $given | Sort-Object -Unique FullName) { $samples.Keys | Should -Contain $type.Name }
        foreach ($name in $samples.Keys) { $samples[$name].GetType().Name | Should -Be $name }
    }

    It 'comes back as it was: <_>' -ForEach @('ConsulKvEntry', 'ConsulKvWriteResult', 'ConsulKvAttempt', 'ConsulKvConsistencyReport', 'ConsulKvReading', 'ConsulConnectivityResult', 'ConsulAclResult',
        'ConsulDiagnosis', 'ConsulDiagnosisSeries', 'ConsulDiagnosisCause', 'LatencySummary', 'ConsulDiagnosisComparison', 'ConsulDiagnosisChange', 'ConsulFinding', 'ProbeResult', 'FindingDefinition', 'ConsulSetting', 'ConsulRetryPolicy', 'ConsulKvMetric', 'ConsulEnvironmentResult', 'ConsulKvChange',
        'ConsulKvMeasurement', 'ConsulKvKeySize', 'ConsulKvPrefixSize', 'ConsulKvSizeClass', 'ConsulKvLimitUse', 'ConsulKvChurn', 'ConsulKvForecast', 'ConsulKvMeasurePoint', 'ConsulKvHistoryProblem', 'ConsulLogFinding', 'ConsulLogEvent', 'ConsulLogLine',
        'ConsulKvRelease', 'ConsulKvReleaseSwitch', 'ConsulFaultDrillReport', 'ConsulFaultDrillFault', 'ConsulFaultDrillOutcome',
        'ConsulKvExport', 'ConsulKvImportItem', 'ConsulKvImport', 'ConsulKvSecret', 'ConsulKvDifference', 'ConsulKvEnvironmentRow') {
        $before = $samples[$_]
        $file = Join-Path $TestDrive "$_.xml"
        $before | Export-Clixml $file
        foreach ($after in (Import-Clixml $file), (Copy-Serialized $before)) {
            $after.GetType().Name | Should -Be $_
            Show-Object $after | Should -Be (Show-Object $before)
            # And looks as it did.
            ($after | Format-List | Out-String -Width 200) | Should -Be ($before | Format-List | Out-String -Width 200)
        }
    }

    It 'looks as it did where the module comes only after it: <_>' -ForEach @('ConsulKvEntry', 'ConsulKvWriteResult', 'ConsulConnectivityResult', 'ConsulAclResult', 'ConsulDiagnosis', 'ConsulDiagnosisSeries', 'ConsulDiagnosisComparison', 'ConsulFinding', 'ProbeResult', 'FindingDefinition', 'ConsulRetryPolicy') {
        $before = $samples[$_]
        $shell = [powershell]::Create()
        try { $bag = $shell.AddScript('[Management.Automation.PSSerializer]::Deserialize($args[0])').AddArgument([Management.Automation.PSSerializer]::Serialize($before)).Invoke()[0] } finally { $shell.Dispose() }
        $bag.PSTypeNames[0] | Should -Be "Deserialized.ConsulKvTools.$_"
        ($bag | Out-String -Width 200) | Should -Be ($before | Out-String -Width 200)
        ($bag | Format-List | Out-String -Width 200) | Should -Be ($before | Format-List | Out-String -Width 200)
    }

    It 'loses nothing to ConvertTo-Json: <_>' -ForEach @('ConsulKvEntry', 'ConsulKvWriteResult', 'ConsulDiagnosis', 'ConsulFinding', 'ConsulSetting') {
        $before = $samples[$_]
        $json = $before | ConvertTo-Json -Depth 9 -WarningAction SilentlyContinue | ConvertFrom-Json
        $after = [Management.Automation.LanguagePrimitives]::ConvertTo($json, $before.GetType())
        # JSON has one kind of number and none of enumerations inside evidence; what is typed is typed again.
        (Show-Object $after) -replace '\[\w+\] = .*' | Should -Be ((Show-Object $before) -replace '\[\w+\] = .*')
    }

    It 'takes nothing for ours that is not' {
        { [ConsulKvTools.ConsulDiagnosis]([pscustomobject]@{ Target = 'x'; Verdict = 'Faulty' }) } | Should -Throw '*no ConsulDiagnosis: it has no Findings, Probes, *'
        { [ConsulKvTools.ConsulRetryPolicy]([pscustomobject]@{ MaxAttempts = 3; Colour = 'red' }) } | Should -Throw '*Colour*'
        { [ConsulKvTools.ConsulFinding]'Acl.PermissionDenied' } | Should -Throw
        "$(Get-ErrorOf { Export-ConsulDiagnosis (Join-Path $TestDrive x.html) -InputObject ([pscustomobject]@{ Target = 'x' }) })" | Should -Match 'no ConsulDiagnosis: it has no Verdict'
    }

    It 'is known again after the module is imported again' {
        Invoke-NewShell "Import-Module '$ManifestPath' -Force; Remove-Module ConsulKvTools; Import-Module '$ManifestPath'; [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize((Get-ConsulFinding Acl.PermissionDenied))).GetType().Name" | Should -Be 'FindingDefinition'
    }
}

Describe 'What came back goes on' {
    BeforeDiscovery {
        # The module is there when the objects come back, or is imported only afterwards.
        $ways = @(
            @{ Way = 'Clixml'; Through = { $file = Join-Path $TestDrive "$([guid]::NewGuid()).xml"; $input | Export-Clixml $file; Import-Clixml $file } }
            @{ Way = 'JSON'; Through = { $input | ConvertTo-Json -Depth 9 -WarningAction SilentlyContinue | ConvertFrom-Json } }
            @{ Way = 'a shell without the module'; Through = {
                    $shell = [powershell]::Create()
                    try { $shell.AddScript('[Management.Automation.PSSerializer]::Deserialize($args[0])').AddArgument([Management.Automation.PSSerializer]::Serialize(@($input))).Invoke() } finally { $shell.Dispose() }
                } }
        )
    }

    Context 'through <Way>' -ForEach $ways {
        It 'entries into Set-ConsulKv, bytes and flags exact' {
            $copies = Get-ConsulKv serial/bytes, serial/text | & $Through
            $copies | Set-ConsulKv -Key { 'copy/' + $_.Key } | ForEach-Object Outcome | Should -Be 'Written', 'Written'
            (Get-ConsulKv copy/serial/bytes).Bytes | Should -Be $bytes
            (Get-ConsulKv copy/serial/bytes).Flags | Should -Be ([ulong]::MaxValue)
            (Get-ConsulKv copy/serial/text).Value | Should -BeExactly (Get-ConsulKv serial/text).Value
            (Get-ConsulKv copy/serial/text).Flags | Should -Be 7
        }

        It 'entries into Get-ConsulKv, Test-ConsulAcl and Remove-ConsulKv' {
            Set-ConsulKv serial/gone 1 | Out-Null
            $copy = Get-ConsulKv serial/gone | & $Through
            ($copy | Get-ConsulKv).Key | Should -Be 'serial/gone'
            ($copy | Test-ConsulAcl -Operation Read).Allowed | Should -BeTrue
            ($copy | Remove-ConsulKv).Outcome | Should -Be 'Written'
        }

        It 'results and findings into Resolve-ConsulError' {
            $result = Set-ConsulKv serial/text x -Session $reader -ErrorAction SilentlyContinue
            ($result | & $Through | Resolve-ConsulError).Code | Should -Be $result.Code
            ($result.Finding | & $Through | Resolve-ConsulError).Code | Should -Be $result.Code
            Resolve-ConsulError ($result | & $Through) | ForEach-Object Code | Should -Be $result.Code
        }

        It 'diagnoses into Export-ConsulDiagnosis and Compare-ConsulDiagnosis' {
            $copy = $dead | & $Through
            $file = Join-Path $TestDrive 'copy.json'
            $copy | Export-ConsulDiagnosis $file | Out-Null
            $expected = [ConsulKvTools.DiagnosisJson]::Write($dead)
            Get-Content $file -Raw | Should -Be $expected
            (Compare-ConsulDiagnosis $dead $copy).Changes | Should -BeNullOrEmpty
        }

        It 'retry policies into New-ConsulKvSession' {
            $policy = New-ConsulRetryPolicy 3 -BaseDelay 123ms -Backoff Linear | & $Through
            (New-ConsulKvSession http://127.0.0.1:1 -RetryPolicy $policy -Name policy).RetryPolicy | Should -Be (New-ConsulRetryPolicy 3 -BaseDelay 123ms -Backoff Linear)
        }
    }
}

Describe 'A job' {
    It 'takes a session and gives entries, results and diagnoses whose views apply' {
        $open = New-ConsulKvSession $agent.Address.OriginalString -Name open -RetryPolicy (New-ConsulRetryPolicy 2) -Datacenter dc1
        $secret = ConvertTo-Secret $agent.ManagementToken
        $job = Start-Job {
            Import-Module $using:ManifestPath
            Test-ConsulConnectivity -Session $using:open
            $here = New-ConsulKvSession ($using:open).Address -Token $using:secret
            Set-ConsulKv serial/job 1 -Session $here
            Get-ConsulKv serial/bytes -Session $here
            Invoke-ConsulDiagnosis serial/job -Session $here
        }
        $given = $job | Receive-Job -Wait -AutoRemoveJob
        $given | ForEach-Object { $_.GetType().Name } | Should -Be 'ConsulConnectivityResult', 'ConsulKvWriteResult', 'ConsulKvEntry', 'ConsulDiagnosis'
        $given[0].Succeeded | Should -BeTrue
        $given[1].Outcome | Should -Be ([ConsulKvTools.ConsulKvOutcome]::Written)
        $given[1].Duration | Should -BeOfType ([timespan])
        $given[2].Bytes | Should -Be $bytes
        $given[3].Verdict | Should -Be 'Healthy'
        # What Receive-Job adds must not push the view aside.
        ($given[3] | Out-String -Width 120).Trim() | Should -Match '^Consul at '
    }
}

Describe 'An error of a job' {
    It 'is explained, and says why no diagnosis can begin with it' {
        $failure = Get-ErrorOf { Start-Job { Import-Module $using:ManifestPath; Set-ConsulKv '/bad' 1 -Session http://127.0.0.1:1 } | Receive-Job -Wait -AutoRemoveJob } | Select-Object -First 1
        $failure.FullyQualifiedErrorId | Should -BeLike 'Key.LeadingSlash,*'
        ($failure | Resolve-ConsulError).Code | Should -Be 'Key.LeadingSlash'
        "$(Get-ErrorOf { Invoke-ConsulDiagnosis -FromError $failure })" | Should -Match 'came from another process.*-Key and -Session'
    }
}

Describe 'A session that was saved' {
    BeforeAll {
        $ca = [ConsulKvTools.Lab.CertificateLab]::new()
        $authority = $ca.Authority().CertificateFile
    }
    AfterAll { $ca.Dispose() }

    # As another process has it.
    BeforeEach {
        function Get-Saved($Session, [string] $Id = [guid]::NewGuid()) {
            $xml = [Management.Automation.PSSerializer]::Serialize($Session)
            [Management.Automation.PSSerializer]::Deserialize($xml.Replace("$($Session.Id)", $Id))
        }
    }

    It 'holds no secret and says what it is' {
        $saved = Get-Saved $session
        [Management.Automation.PSSerializer]::Serialize($session) | Should -Not -Match $agent.ManagementToken
        $saved.PSTypeNames[0] | Should -Be 'Deserialized.ConsulKvTools.ConsulKvSession'
        $saved.TokenFingerprint | Should -Be $session.TokenFingerprint
        $shown = $saved | Format-Table | Out-String -Width 200
        $shown | Should -Match 'serialization.*Saved'
        $saved | Format-List | Out-String -Width 200 | Should -Match 'Address\s+.*-Address'
    }

    It 'is itself again in the process that has it' {
        (Get-ConsulKv serial/text -Session (Copy-Serialized $session)).Key | Should -Be 'serial/text'
    }

    It 'is used as it is where it needs no token' {
        $saved = Get-Saved (New-ConsulKvSession $agent.Address.OriginalString -Name open)
        (Test-ConsulConnectivity $saved).Succeeded | Should -BeTrue
        # One session for all uses, so that connections are kept.
        $port = $agent.Address.Port
        $before = Get-NetworkConnections $port
        foreach ($time in 1..5) { Test-ConsulConnectivity $saved | Out-Null; Get-ConsulKv serial/text -Session $saved -ErrorAction Ignore | Out-Null }
        Get-NetworkConnections $port | Should -BeLessOrEqual ($before + 2)
    }

    It 'takes the token of this process where it is the same one' {
        $secret = $agent.CreateToken('key_prefix "serial/" { policy = "read" }').SecretId
        $saved = Get-Saved (New-ConsulKvSession $agent.Address.OriginalString -Token (ConvertTo-Secret $secret) -Name lent)
        Remove-ConsulKvSession lent
        $env:CONSUL_HTTP_TOKEN = $secret
        try { (Get-ConsulKv serial/text -Session $saved).Key | Should -Be 'serial/text' } finally { Remove-Item env:CONSUL_HTTP_TOKEN }
    }

    It 'never takes another token, and says how to give this one again' {
        $saved = Get-Saved (New-ConsulKvSession $agent.Address.OriginalString -Token (ConvertTo-Secret ([guid]::NewGuid())) -Name lost)
        Remove-ConsulKvSession lost
        $env:CONSUL_HTTP_TOKEN = $agent.ManagementToken
        try { $failure = Get-ErrorOf { Get-ConsulKv serial/text -Session $saved } } finally { Remove-Item env:CONSUL_HTTP_TOKEN }
        "$failure" | Should -Match 'The session lost was made by another process, where its token stayed'
        "$failure" | Should -Match "New-ConsulKvSession $([regex]::Escape($agent.Address.OriginalString.TrimEnd('/'))) -Token"
    }

    It 'keeps its settings, whatever this process has' {
        $made = New-ConsulKvSession https://consul.test:8501 -Name all -CACertificate $authority -TlsServerName server.dc1.consul -Datacenter dc7 -CheckRevocation -ConnectTimeout 7s -MaxConnections 9 -Proxy http://proxy.test:3128 -RetryPolicy (New-ConsulRetryPolicy 5)
        $saved = Get-Saved $made
        $env:CONSUL_HTTP_ADDR = 'http://other.test:1'
        $env:CONSUL_HTTP_SSL_VERIFY = 'false'
        try {
            $failure = Get-ErrorOf { Get-ConsulKv x -Session $saved -WaitTimeout 1s -WaitIndex 1 }
            $again = $failure.Exception.Operation.Session
            if (-not $again) { $again = (Invoke-ConsulDiagnosis -Session $saved -Timeout 1s).Configuration } else { $again = $again.Configuration }
        }
        finally { Remove-Item env:CONSUL_HTTP_ADDR, env:CONSUL_HTTP_SSL_VERIFY }
        foreach ($setting in $made.Configuration) {
            $same = $again | Where-Object Name -EQ $setting.Name
            $same.Value | Should -Be $setting.Value -Because $setting.Name
        }
        ($again | Where-Object Name -EQ CheckRevocation).Value | Should -Be 'true'
    }
}
