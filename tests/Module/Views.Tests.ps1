BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $session = New-LabSession -With @{ Default = $true; Name = 'views' }
    $reader = New-LabSession 'key_prefix "" { policy = "read" }' -With @{ Name = 'reader' }
    $nobody = New-ConsulKvSession http://127.0.0.1:1 -Name nobody -RetryPolicy (New-ConsulRetryPolicy 2 -BaseDelay 1ms)
    $root = 'views/a-rather-long-name-of-an-application/production/'
    Set-ConsulKv "${root}text" ('a long value that will not fit on the line ' * 4) -Flags 12345678901 | Out-Null
    Set-ConsulKv "${root}escape" "`e[31mred`e[0m`nnext" | Out-Null
    Set-ConsulKv "${root}password" 'Tr0ub4dor&3' | Out-Null
    Set-ConsulKv "${root}binary" ([byte[]](0..255)) | Out-Null
    $rendering = $PSStyle.OutputRendering
    $PSStyle.OutputRendering = 'PlainText'

    function Get-Lines($Object, [string] $As = '', [int] $Width = 100) {
        $text = switch ($As) { 'List' { $Object | Format-List | Out-String -Width $Width } 'Table' { $Object | Format-Table | Out-String -Width $Width } default { $Object | Out-String -Width $Width } }
        $text -split "`r?`n"
    }
    # A key that was removed has no new value; a lock may be held, given back or lost.
    $watched = [ConsulKvTools.ConsulKvChange]@{ Kind = 'Removed'; Key = "${root}gone"; Index = 18446744073; Time = [datetimeoffset]::UtcNow; OldEntry = Get-ConsulKv "${root}text" }
    $given = Lock-ConsulKv "${root}given"
    Unlock-ConsulKv $given | Out-Null
    $lost = Lock-ConsulKv "${root}lost" -LockDelay 0s
    Remove-ConsulKv "${root}lost" | Out-Null
    while ($lost.IsHeld) { Start-Sleep -Milliseconds 20 }
    Publish-ConsulKvRelease "${root}published" v1 @{ a = 1 } | Switch-ConsulKvRelease | Out-Null
    Set-ConsulKv "${root}published/releases/v2/a" x | Out-Null
    $marked = New-LabSession -With @{ Name = 'marked'; AllowFaultDrill = $true; RetryPolicy = (New-ConsulRetryPolicy 5 -BaseDelay 1ms) }
    $drill = Invoke-ConsulFaultDrill -Session $marked -Fault NoLeader, Denied -Rate 0.6 -Seed 4 { 1..10 | ForEach-Object { Set-ConsulKv "${root}drill" $_ } }
    $samples = @{
        ConsulKvRelease           = Get-ConsulKvRelease "${root}published"
        ConsulKvReleaseSwitch     = Switch-ConsulKvRelease "${root}published" v1
        ConsulFaultDrillReport    = $drill
        ConsulFaultDrillFault     = $drill.Faults
        ConsulFaultDrillOutcome   = $drill.Outcomes
        ConsulKvSession           = Get-ConsulKvSession
        ConsulRetryPolicy         = New-ConsulRetryPolicy
        ConsulKvEntry             = Get-ConsulKv $root
        ConsulKvWriteResult       = "${root}w", '/bad' | Set-ConsulKv -Value x -ErrorAction SilentlyContinue
        ConsulKvConsistencyReport = ($report = Get-ConsulKvConsistent "${root}text" -CompareStale)
        ConsulConnectivityResult  = (Test-ConsulConnectivity), (Test-ConsulConnectivity -Session http://127.0.0.1:1)
        ConsulAclResult           = Test-ConsulAcl "${root}text" -Session $reader
        ConsulDiagnosis           = (Invoke-ConsulDiagnosis "${root}text"), (Invoke-ConsulDiagnosis "${root}text" -Session http://127.0.0.1:1)
        ConsulDiagnosisSeries     = ($series = Invoke-ConsulDiagnosis "${root}text" -Session http://127.0.0.1:1 -Count 2 -Interval 1ms)
        ConsulDiagnosisCause      = $series.Causes
        LatencySummary            = $series.Probes
        ConsulDiagnosisComparison = ($comparison = Compare-ConsulDiagnosis (Invoke-ConsulDiagnosis "${root}text") $series.Diagnoses[0] -WarningAction SilentlyContinue)
        ConsulDiagnosisChange     = $comparison.Changes
        ConsulFinding             = (Set-ConsulKv /bad x -ErrorAction SilentlyContinue).Finding
        ProbeResult               = (Invoke-ConsulDiagnosis "${root}text" -Session http://127.0.0.1:1).Probes
        FindingDefinition         = Get-ConsulFinding
        ConsulSetting             = $session.Configuration
        ConsulKvAttempt           = ($refused = Set-ConsulKv "${root}w" x -Session $nobody -ErrorAction SilentlyContinue -ErrorVariable failure).Attempts
        ConsulKvReading           = $report.Consistent, $report.Stale
        ConsulAclRule             = (Test-ConsulAcl "${root}text" -Session $reader -AdminSession $session).Rules
        FailedOperation           = $failure[0].Exception.Operation
        ConsulKvMetric            = Get-ConsulKvMetric
        ConsulEnvironmentResult   = Test-ConsulEnvironment -Data ($environment = @{ Agents = @{ here = $agent.Address.OriginalString; dead = 'http://127.0.0.1:1' } })
        ConsulEnvironmentCheck    = Test-ConsulEnvironment -Data $environment -ListAvailable
        ConsulKvMeasurement       = ($measured = & { 1..6 | ForEach-Object { @{ document = 'consul-kv-measurement'; version = 1; time = [datetimeoffset]::UtcNow.AddDays(-$_).ToString('o'); address = $session.Address; prefix = ''; keys = 9 - $_; bytes = 10; storedBytes = 900 - 100 * $_; index = $(if ($_ -eq 1) { 2 } else { 1 }) } | ConvertTo-Json -Compress } | Set-Content (Join-Path $TestDrive history.jsonl)
                'torn {' | Add-Content (Join-Path $TestDrive history.jsonl)
                Measure-ConsulKv -HistoryPath (Join-Path $TestDrive history.jsonl) -LimitKeys 100000 -WarningAction SilentlyContinue })
        ConsulKvKeySize           = $measured.LargestKeys
        ConsulKvPrefixSize        = $measured.Prefixes
        ConsulKvSizeClass         = $measured.SizeClasses
        ConsulKvLimitUse          = $measured.Limits
        ConsulKvChurn             = $measured.Churn
        ConsulKvForecast          = $measured.Forecasts
        ConsulKvMeasurePoint      = $measured.History
        ConsulKvHistoryProblem    = $measured.HistoryProblems
        ConsulKvSecret            = Find-ConsulKvSecret $root
        ConsulKvDifference        = Compare-ConsulKv $root views/ -IncludeEqual
        ConsulKvEnvironmentRow    = Compare-ConsulKv -Environment ([ordered]@{ production = $session; staging = $reader }) $root -IncludeEqual
        ConsulLogFinding          = ($logged = & {
                0..30 | ForEach-Object { "    2026-01-31T08:0$($_ % 10):00.000Z [ERROR] agent.http: Request error: method=PUT url=/v1/kv/app/$_ from=10.0.0.$($_):53312 error=`"No cluster leader`"" } | Set-Content (Join-Path $TestDrive views.log)
                '    2026-01-31T08:59:00.000Z [INFO]  agent.server: New leader elected: payload=a-server-with-a-name' | Add-Content (Join-Path $TestDrive views.log)
                Search-ConsulLog (Join-Path $TestDrive views.log) })
        ConsulLogEvent            = $logged.Events
        ConsulLogLine             = Search-ConsulLog (Join-Path $TestDrive views.log) -Raw
        ConsulKvChange            = @(Watch-ConsulKv $root -InitialState -MaximumChanges 3; $watched)
        ConsulKvLock              = ($held = Lock-ConsulKv "${root}lock"), $given, $lost
        ConsulKvExport            = Export-ConsulKv $root -Path (Join-Path $TestDrive 'views.json')
        ConsulKvImportItem        = Import-ConsulKv (Join-Path $TestDrive 'views.json') -Prefix copies -Plan
        ConsulKvImport            = Import-ConsulKv (Join-Path $TestDrive 'views.json')
    }
}
AfterAll {
    $PSStyle.OutputRendering = $rendering
    Unlock-ConsulKv $held | Out-Null
    Get-ConsulKvSession | Remove-ConsulKvSession
}

Describe 'Views' {
    It 'has a sample here, a table and a list for every type that a command gives, an error carries, or one of those holds' {
        # From what the commands say they give, by the types of public properties.
        $assemblies = [ConsulKvTools.ConsulFinding].Assembly, [ConsulKvTools.View].Assembly
        $waiting = [Collections.Generic.Queue[type]]::new()
        foreach ($type in (Get-Command -Module ConsulKvTools).OutputType.Type) { if ($type) { $waiting.Enqueue($type) } }
        $waiting.Enqueue([ConsulKvTools.ConsulException])
        $reached = [Collections.Generic.HashSet[type]]::new()
        while ($waiting.Count) {
            $type = $waiting.Dequeue()
            foreach ($part in @($type.GetElementType()) + @($type.GetGenericArguments()) | Where-Object { $_ }) { $waiting.Enqueue($part) }
            if ($type.Assembly -notin $assemblies -or $type.IsEnum -or -not $reached.Add($type)) { continue }
            foreach ($property in $type.GetProperties('Instance,Public')) { $waiting.Enqueue($property.PropertyType) }
        }
        $reached.Remove([ConsulKvTools.ConsulException]) | Out-Null
        $reached.Count | Should -BeGreaterOrEqual 21
        foreach ($type in $reached) {
            $controls = @((Get-FormatData $type.FullName -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition.Control | ForEach-Object { $_.GetType().Name })
            $controls | Should -Contain 'TableControl' -Because $type
            $controls | Should -Contain 'ListControl' -Because $type
            $samples.Keys | Should -Contain $type.Name
            $samples[$type.Name] | Should -Not -BeNullOrEmpty -Because $type
        }
    }

    It 'shows <Type> within <Width> columns: no line is longer, no number, time or word of state is cut, no error' -ForEach @(
        foreach ($width in 80, 120, 200) {
            foreach ($type in 'ConsulKvSession', 'ConsulRetryPolicy', 'ConsulKvEntry', 'ConsulKvWriteResult', 'ConsulKvAttempt', 'ConsulKvConsistencyReport', 'ConsulKvReading', 'ConsulConnectivityResult',
                'ConsulAclResult', 'ConsulAclRule', 'ConsulDiagnosis', 'ConsulDiagnosisSeries', 'ConsulDiagnosisCause', 'LatencySummary', 'ConsulDiagnosisComparison', 'ConsulDiagnosisChange', 'ConsulFinding',
                'ProbeResult', 'FindingDefinition', 'ConsulSetting', 'FailedOperation', 'ConsulKvMetric', 'ConsulEnvironmentResult', 'ConsulEnvironmentCheck', 'ConsulKvChange', 'ConsulKvLock',
                'ConsulKvMeasurement', 'ConsulKvKeySize', 'ConsulKvPrefixSize', 'ConsulKvSizeClass', 'ConsulKvLimitUse', 'ConsulKvChurn', 'ConsulKvForecast', 'ConsulKvMeasurePoint', 'ConsulKvHistoryProblem',
                'ConsulLogFinding', 'ConsulLogEvent', 'ConsulLogLine',
                'ConsulKvRelease', 'ConsulKvReleaseSwitch', 'ConsulFaultDrillReport', 'ConsulFaultDrillFault', 'ConsulFaultDrillOutcome',
                'ConsulKvExport', 'ConsulKvImportItem', 'ConsulKvImport', 'ConsulKvSecret', 'ConsulKvDifference', 'ConsulKvEnvironmentRow') { @{ Type = $type; Width = $width } }
        }
    ) {
        foreach ($as in '', 'Table', 'List') {
            $lines = Get-Lines $samples[$Type] $as $Width
            ($lines | Where-Object { $_.Trim() }).Count | Should -BeGreaterThan 0
            # A command is never broken, so that it can be pasted; texts of the custom views are made for the console and not for Out-String.
            if ($as) { $lines | Where-Object { $_.Length -gt $Width -and $_ -notmatch '^\s+Run ' } | Should -BeNullOrEmpty }
            $lines -join "`n" | Should -Not -Match '#ERR'
        }
        # Columns of a fixed width hold numbers, times and words of state: each of them is there in full.
        $table = (Get-FormatData "ConsulKvTools.$Type" -PowerShellVersion $PSVersionTable.PSVersion).FormatViewDefinition | Where-Object { $_.Control -is [Management.Automation.TableControl] }
        $columns = @($table.Control.Headers)
        ($columns | Measure-Object Width -Sum).Sum + $columns.Count | Should -BeLessThan 79
        for ($i = 0; $i -lt $columns.Count; $i++) {
            if (-not $columns[$i].Width) { continue }
            $columns[$i].Label.Length | Should -BeLessOrEqual $columns[$i].Width -Because $columns[$i].Label
            $entry = $table.Control.Rows[0].Columns[$i].DisplayEntry
            foreach ($object in $samples[$Type]) {
                $text = if ($entry.ValueType -eq 'Property') { "$($object.($entry.Value))" } else { $_ = $object; "$(ForEach-Object -InputObject $object ([scriptblock]::Create($entry.Value)))" }
                if ($table.Control.Rows[0].Wrap -and $columns[$i].Alignment -ne 'Right') { continue }
                $text.Length | Should -BeLessOrEqual $columns[$i].Width -Because "$($columns[$i].Label) is '$text'"
            }
        }
    }

    It 'cuts a key in the middle, so that its end can be read, and says how long a value is' {
        $host80 = [ConsulKvTools.View].Assembly.GetType('ConsulKvTools.ViewWidth')
        $middle = $host80.GetMethod('Middle')
        $middle.Invoke($null, @('service/payments/production/database/connection-string', 30, $null)) | Should -BeExactly 'service/pay…/connection-string'
        $middle.Invoke($null, @('short', 30, $null)) | Should -BeExactly 'short'
        # Nothing is torn apart: neither a pair nor a letter and its accent.
        $cut = $middle.Invoke($null, @(("🚀" * 20 + "e`u{301}" * 20), 21, $null))
        $cut | Should -Not -Match "(?<![\ud800-\udbff])[\udc00-\udfff]|[\ud800-\udbff](?![\udc00-\udfff])|…`u{301}"
        $brief = [ConsulKvTools.View].Assembly.GetType('ConsulKvTools.ValueText').GetMethod('Brief')
        $entry = $samples.ConsulKvEntry | Where-Object Key -Like '*text'
        $brief.Invoke($null, @($entry.PSObject.BaseObject, 30, $null)) | Should -BeExactly 'a long value that… (172 chars)'
        $binary = $samples.ConsulKvEntry | Where-Object Key -Like '*binary'
        $brief.Invoke($null, @($binary.PSObject.BaseObject, 30, $null)) | Should -BeExactly '(256 bytes: 00 01 02 03 04…)'
        $brief.Invoke($null, @($binary.PSObject.BaseObject, 12, $null)) | Should -BeExactly '(256 bytes)'
        ($binary | Format-List | Out-String) | Should -Match '0010\s+10 11 12|0008\s+08 09 0a'
    }

    It 'shows control characters as escapes and bytes that are no text as their number' {
        $text = Get-Lines $samples.ConsulKvEntry Table 200 | Out-String
        $text | Should -Match '\\u001b\[31m'
        $text | Should -Match '\(256 bytes'
        (Get-Lines $samples.ConsulKvEntry List | Out-String) | Should -Not -Match "`e"
    }

    It 'marks the default session and shows no secret' {
        (Get-Lines (Get-ConsulKvSession) | Where-Object { $_ -match 'views' }) | Should -Match '^\* '
    }

    It 'shows a diagnosis as a tree: marks, skips with their reason, verdict, cause, evidence, remedy' {
        $lines = Get-Lines $samples.ConsulDiagnosis[1]
        $text = $lines -join "`n"
        $text | Should -Match '(?m)^  [✗x] '
        $text | Should -Match '(?m)^  [–-] .*not reached'
        $text | Should -Match '(?m)^FAULTY  '
        foreach ($label in 'Code', 'Cause', 'Evidence', 'Remedy') { $text | Should -Match "(?m)^  $label " }
        (Get-Lines $samples.ConsulDiagnosis[0]) -join "`n" | Should -Match '(?m)^HEALTHY  '
    }

    It 'colours the status word only, and nothing with NO_COLOR' {
        $PSStyle.OutputRendering = 'Ansi'
        try {
            $row = ($samples.ConsulKvWriteResult | Out-String -Width 100) -split "`n" | Where-Object { $_ -match 'Written' }
            $row | Should -Match "^`e\[32m\s*Written`e\[0m"
        }
        finally { $PSStyle.OutputRendering = 'PlainText' }
        $environment = @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken; NO_COLOR = '1' }
        Invoke-NewShell 'Set-ConsulKv views/plain x; Invoke-ConsulDiagnosis views/plain | Out-String' $environment -AsItIs | Should -Not -Match "`e"
    }

    It 'shows nothing that steers a terminal or hides: <Name>, in no view of an object that holds it' -ForEach @(
        @{ Name = 'ESC'; Text = "`e[31m" }, @{ Name = 'BEL'; Text = "`a" }, @{ Name = 'CR'; Text = "`r" }, @{ Name = 'a right-to-left override'; Text = "`u{202e}" }
        @{ Name = 'a zero-width joiner'; Text = "`u{200d}" }, @{ Name = 'C1'; Text = "`u{9b}" }, @{ Name = 'a no-break space'; Text = "`u{a0}" }, @{ Name = 'a variation selector'; Text = "`u{fe0f}" }
        @{ Name = 'a tag'; Text = "`u{e0041}" }, @{ Name = 'a filler'; Text = "`u{3164}" }, @{ Name = 'half a pair'; Text = "`u{d83d}" }
    ) {
        $hostile = "a${Text}b"
        # Every text an object can hold, as a file that was read back or a hostile server could set it.
        $finding = [ConsulKvTools.ConsulFinding]::Create('Acl.PermissionDenied', [ValueTuple[string, object]]::new('key', $hostile))
        $finding.Title | Should -Not -Match ([regex]::Escape($Text))
        foreach ($type in $samples.Keys) {
            $object = @($samples[$type])[0]
            # A record has a copy constructor: what is made hostile is a copy.
            $clone = $object.GetType().GetMethod('<Clone>$')
            if (-not $clone) { continue }
            $copy = $clone.Invoke($object, @())
            foreach ($property in $object.GetType().GetProperties('Instance,Public') | Where-Object { $_.CanWrite -and $_.PropertyType -eq [string] -and $_.DeclaringType.Name -ne 'FindingDefinition' }) { $property.SetValue($copy, $hostile) }
            foreach ($as in '', 'Table', 'List') { (Get-Lines $copy $as 200) -join "`n" | Should -Not -Match ([regex]::Escape($hostile)) -Because "$type as it comes, or as $as" }
        }
    }

    It 'works in a script that is strict, without a console and in another culture' {
        $script = 'Set-StrictMode -Version Latest; [cultureinfo]::CurrentCulture = ''de-DE''; $r = Test-ConsulConnectivity; $r; $r | Format-List; $d = Invoke-ConsulDiagnosis views/x -Count 1; $d; $d | Format-Table; $d.Diagnoses | Format-Table; Test-ConsulAcl views/x | Format-List; Get-ConsulKv views/ | Format-Table; if ($Error) { "ERRORS $Error" }'
        $shown = Invoke-NewShell $script @{ CONSUL_HTTP_ADDR = $agent.Address.OriginalString; CONSUL_HTTP_TOKEN = $agent.ManagementToken }
        $shown | Should -Not -Match '#ERR|ERRORS'
        $shown | Should -Match '\d\.\d ms'
        $shown | Should -Not -Match '\d,\d ms'
    }

    It 'keeps numbers and times typed in the objects' {
        $samples.ConsulKvWriteResult[0].Duration | Should -BeOfType ([timespan])
        $samples.ConsulKvEntry[0].ModifyIndex | Should -BeOfType ([ulong])
    }

    It 'gives no list that PowerShell cannot take by its number' {
        # What the compiler makes of a collection expression is one: $report.Faults[0] is the whole list.
        foreach ($object in $samples.Values | ForEach-Object { @($_)[0] }) {
            foreach ($property in $object.PSObject.Properties | Where-Object { $null -ne $_.Value }) { $property.Value.GetType().Name | Should -Not -Match '^<' -Because "$($object.GetType().Name).$($property.Name) is one" }
        }
    }

    It 'gives lists of which one can be taken by its number: <_>' -ForEach @(
        'ConsulKvWriteResult', 'ConsulConnectivityResult', 'ConsulAclResult', 'ConsulDiagnosis', 'ConsulDiagnosisSeries', 'ConsulDiagnosisComparison', 'ProbeResult'
    ) {
        $seen = 0
        foreach ($object in $samples[$_]) {
            foreach ($property in $object.PSObject.Properties) {
                if ($property.TypeNameOfValue -notmatch '^System\.Collections\.Generic\.IReadOnlyList' -or $property.Value.Count -lt 2) { continue }
                $seen++
                @($property.Value[0]).Count | Should -Be 1 -Because "$($property.Name)[0] is one of $($property.Value.Count)"
            }
        }
        if ($_ -like 'ConsulDiagnosis*') { $seen | Should -BeGreaterThan 0 }
    }
}
