BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $secret = $agent.CreateToken('key_prefix "secrets/" { policy = "write" } session_prefix "" { policy = "write" }').SecretId

    # Every 8 characters in a row: less than the whole must not show either.
    function Find-Secret([string] $Text) {
        foreach ($start in 0..($secret.Length - 8)) {
            $part = $secret.Substring($start, 8)
            if ($Text.Contains($part, [StringComparison]::OrdinalIgnoreCase)) { $part }
        }
    }

    # What an admin may do with a session whose token is good, wrong for the key, or sent to the wrong place. It writes to every stream.
    $story = @'
$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'
$s = New-ConsulKvSession -Name story -Default -TokenFile $env:STORY_TOKEN_FILE -Address $env:STORY_ADDRESS -LogPath $env:STORY_LOG
$e = New-ConsulKvSession -Name ofenv -Address $env:STORY_ADDRESS
$s; $s | Format-List *; $s | ConvertTo-Json -Depth 6 -WarningAction SilentlyContinue; $s.Configuration; "$s"; $s | Export-Clixml $env:STORY_CLIXML -Depth 5
[Management.Automation.PSSerializer]::Serialize($s, 5)
$s | Get-Member -Force | Out-String
Set-ConsulKv secrets/x 1 -OperationPrefix secrets/marker/ | Format-List *
Set-ConsulKv secrets/x 2 -WhatIf
Set-ConsulKv forbidden/x 1; Get-ConsulKv forbidden/x; Get-ConsulKv forbidden/; Remove-ConsulKv forbidden/x
Get-ConsulKv secrets/x -Session $e | Format-List *
Set-ConsulKv secrets/x 1 -CheckAndSet 1 | ConvertTo-Json -Depth 6 -WarningAction SilentlyContinue
Test-ConsulConnectivity | Format-List *
Test-ConsulAcl secrets/x, forbidden/x | Format-List *
$d = Invoke-ConsulDiagnosis forbidden/x; $d; $d | Format-List *; $d | ConvertTo-Json -Depth 8 -WarningAction SilentlyContinue; $d.Facts; $d.Configuration
$w = New-ConsulKvSession -Address http://127.0.0.1:1 -RetryPolicy (New-ConsulRetryPolicy 1); Set-ConsulKv a b -Session $w; Invoke-ConsulDiagnosis a -Session $w
try { New-ConsulKvSession -Token $env:CONSUL_HTTP_TOKEN } catch { $_ | Format-List * -Force; $_.Exception | Format-List * -Force }
try { New-ConsulKvSession -ClientCertificatePassword $env:CONSUL_HTTP_TOKEN } catch { $_ | Format-List * -Force }
$Error | Format-List * -Force
$Error | ForEach-Object { $_.Exception | Format-List * -Force; $_.ErrorDetails; $_.ScriptStackTrace; "$($_.TargetObject)" }
Get-History | Format-List *
Get-ConsulKvMetric | Format-List *; Export-ConsulKvMetric $env:STORY_PROM
(Get-ChildItem /proc/*/cmdline -ErrorAction Ignore | Get-Content -Raw -ErrorAction Ignore) -join ' '
'@
    $tokenFile = Join-Path $TestDrive 'token'
    Set-Content $tokenFile $secret
    $transcript = Join-Path $TestDrive 'transcript.txt'
    $environment = @{ STORY_ADDRESS = $agent.Address.OriginalString; STORY_TOKEN_FILE = $tokenFile; STORY_CLIXML = (Join-Path $TestDrive 'session.xml'); STORY_LOG = (Join-Path $TestDrive 'story.log'); STORY_PROM = (Join-Path $TestDrive 'story.prom'); CONSUL_HTTP_TOKEN = $secret }
    $said = Invoke-NewShell "Start-Transcript '$transcript' | Out-Null; & { $story } *>&1; Stop-Transcript | Out-Null" $environment
}

Describe 'Secrets' {
    It 'tells the story at all' {
        $said | Should -Match 'Written'
        $said | Should -Match 'Acl\.'
        $said | Should -Match 'VERBOSE|Session story'
    }

    It 'shows no part of the token in any stream, view, error or serialization' {
        Find-Secret $said | Should -BeNullOrEmpty
    }

    It 'shows no part of it in a transcript' {
        $text = Get-Content $transcript -Raw
        $text | Should -Match 'forbidden/x'
        Find-Secret $text | Should -BeNullOrEmpty
    }

    It 'saves a session without its secret' {
        Find-Secret (Get-Content (Join-Path $TestDrive 'session.xml') -Raw) | Should -BeNullOrEmpty
    }

    It 'writes no part of it, and no value, into the write log and the metrics' {
        $log = Get-Content (Join-Path $TestDrive 'story.log') -Raw
        $log | Should -Match '"key":"forbidden/x"'
        $log | Should -Match '"code":"Acl\.'
        $metrics = Get-Content (Join-Path $TestDrive 'story.prom') -Raw
        $metrics | Should -Match 'code="Acl\.'
        $metrics | Should -Not -Match 'forbidden/x'
        foreach ($text in $log, $metrics) { Find-Secret $text | Should -BeNullOrEmpty }
        # The log's names are fixed, and none of them is a place for a value.
        foreach ($line in Get-Content (Join-Path $TestDrive 'story.log')) { ($line | ConvertFrom-Json).PSObject.Properties.Name | Should -Not -Contain 'value' }
    }

    It 'sends the token in no URL' {
        Find-Secret $agent.Log | Should -BeNullOrEmpty
    }
}

# Everything that a command can give, made with a token that may do little, so that errors and findings are among it.
Describe 'A secret in memory' {
    BeforeAll {
        $held = ConvertTo-Secret $secret
        # As UTF-16 too: on systems other than Windows, PowerShell writes a SecureString so.
        $hex = -join ([Text.Encoding]::Unicode.GetBytes($secret) | ForEach-Object { $_.ToString('x2') })
        $base64 = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes($secret))
        function Find-AnyForm([string] $Text) {
            Find-Secret $Text
            foreach ($form in $hex.Substring(0, 40), $base64.Substring(0, 24)) { if ($Text.Contains($form, [StringComparison]::OrdinalIgnoreCase)) { "$form (encoded)" } }
        }

        # Every public member of an object and of all it holds, PowerShell's own and added members included.
        function Get-AllText($Value, [Collections.Generic.HashSet[object]] $Seen, [int] $Depth = 0) {
            if ($null -eq $Value -or $Depth -gt 9) { return }
            $bare = $Value.PSObject.BaseObject
            if ($bare -is [string] -or $bare.GetType().IsPrimitive) { return "$bare" }
            # Ours, and what PowerShell's errors are made of; all else of the system knows no token of ours, and is endless.
            $isOurs = $bare.GetType().Namespace -like 'ConsulKvTools*' -or $bare -is [Exception] -or $bare -is [Collections.IEnumerable] -or $bare.GetType().Name -in 'ErrorRecord', 'InvocationInfo', 'ErrorCategoryInfo', 'ErrorDetails', 'PSCustomObject', 'DictionaryEntry'
            if (-not $isOurs) { return "$bare" }
            if (-not $Seen.Add($bare)) { return }
            "$bare"
            if ($bare -is [Collections.IDictionary]) { foreach ($key in @($bare.Keys)) { "$key"; Get-AllText $bare[$key] $Seen ($Depth + 1) } }
            elseif ($bare -is [Collections.IEnumerable]) { foreach ($item in $bare) { Get-AllText $item $Seen ($Depth + 1) } }
            foreach ($property in $Value.PSObject.Properties) { try { Get-AllText $property.Value $Seen ($Depth + 1) } catch { "$_" } }
        }

        $Error.Clear()
        $story = New-ConsulKvSession $agent.Address.OriginalString -Token $held -Name memory -Default
        $given = @(
            $story; Get-ConsulKvSession; New-ConsulRetryPolicy
            Set-ConsulKv secrets/m 1 -OperationPrefix secrets/marker/; Set-ConsulKv forbidden/m 1 -ErrorAction SilentlyContinue; Set-ConsulKv secrets/m 1 -CheckAndSet 1 -ErrorAction SilentlyContinue
            Get-ConsulKv secrets/; Get-ConsulKvConsistent secrets/m; Get-ConsulKvConsistent secrets/m -CompareStale
            Test-ConsulConnectivity; Test-ConsulAcl secrets/m, forbidden/m -AdminSession $story
            Invoke-ConsulDiagnosis secrets/m; ($bad = Invoke-ConsulDiagnosis forbidden/m); Invoke-ConsulDiagnosis forbidden/m -Count 2 -Interval 1ms
            Compare-ConsulDiagnosis (Invoke-ConsulDiagnosis secrets/m) $bad -WarningAction SilentlyContinue
            Resolve-ConsulError "Unexpected response code: 403 (X-Consul-Token: $secret) Permission denied"; Resolve-ConsulError -Code Acl.PermissionDenied; Get-ConsulFinding Acl.PermissionDenied
            Export-ConsulDiagnosis (Join-Path $TestDrive memory.html) -InputObject $bad -PassThru
            # A token that somebody put into a value: found, compared, and shown nowhere.
            $agent.PutKey('secrets/planted/consul_token', $secret); $agent.PutKey('secrets/planted/json', '{"url":"http://u:' + $secret + '@h","token":"' + $secret + '"}'); $agent.PutKey('secrets/other/json', '{"token":"x"}')
            Find-ConsulKvSecret secrets/planted/; Compare-ConsulKv secrets/planted/ secrets/other/; Compare-ConsulKv secrets/planted/ secrets/other/ -Semantic; Compare-ConsulKv -Environment ([ordered]@{ a = $story; b = $story }) secrets/planted/ -IncludeEqual; Test-ConsulKvSession
            Remove-ConsulKv forbidden/m -ErrorAction SilentlyContinue; Get-ConsulKvMetric
            # What goes around the write, of keys whose values are no secret: values are shown.
            Export-ConsulKv secrets/m -Path ($moved = Join-Path $TestDrive moved.json); Import-ConsulKv $moved -Plan; Import-ConsulKv $moved -WhatIf:$false
            Watch-ConsulKv secrets/m -InitialState -MaximumChanges 1; ($lock = Lock-ConsulKv "secrets/lock$PID"); Unlock-ConsulKv $lock
            Measure-ConsulKv secrets/; $log = Join-Path $TestDrive memory.log
            "    2026-01-31T08:00:00.000Z [ERROR] agent.http: Request error: method=PUT url=/v1/kv/app/a?token=$secret from=10.0.0.1:53312 error=`"No cluster leader`"" | Set-Content $log
            Search-ConsulLog $log; Search-ConsulLog $log -Raw
            Publish-ConsulKvRelease "secrets/r$PID" v1 @{ a = 1 }; Switch-ConsulKvRelease "secrets/r$PID" v1; Publish-ConsulKvRelease forbidden/r v1 @{ a = 1 } -ErrorAction SilentlyContinue
            ($drill = Invoke-ConsulFaultDrill -Session (New-ConsulKvSession $agent.Address.OriginalString -Token $held -Name memorydrill -AllowFaultDrill) -Fault Denied -Rate 1 { Set-ConsulKv secrets/m 1; Set-ConsulKv forbidden/m 1 }); $drill.Faults; $drill.Outcomes
            ($described = @{ Agents = @{ a = $agent.Address.OriginalString }; Tokens = @{ t = $held }; Access = @(@{ Agent = 'a'; Token = 't'; Key = 'forbidden/m'; Allow = 'Write' }) }) | Out-Null
            Test-ConsulEnvironment -Data $described; Test-ConsulEnvironment -Data $described -ListAvailable
        )
        foreach ($wrong in { New-ConsulKvSession ftp://x -Token $held }, { New-ConsulKvSession -Token $held -TokenFile $tokenFile }, { Get-ConsulKv forbidden/m }, { Set-ConsulKv '' 1 }, { Get-ConsulKv x -Session $held }, { New-ConsulKvSession -Token @($held, $held) }) {
            try { & $wrong -ErrorAction Stop } catch { }
        }
        $failures = @($global:Error) + @($Error)
    }
    AfterAll { Get-ConsulKvSession | Remove-ConsulKvSession }

    It 'is with every type of output and enough errors' {
        $types = $given | ForEach-Object { $_.GetType().FullName } | Sort-Object -Unique
        foreach ($type in (Get-Command -Module ConsulKvTools -CommandType Cmdlet).OutputType.Type | Where-Object Namespace -EQ 'ConsulKvTools') { $types | Should -Contain $type.FullName }
        $failures.Count | Should -BeGreaterThan 8
    }

    It 'would be found' {
        $planted = [ConsulKvTools.ConsulSetting]::new('a', $secret, 'b', [string[]]@())
        $holder = [pscustomobject]@{ Inner = @{ Deep = @($planted) } }
        foreach ($text in "x $secret", $hex, $base64, ((Get-AllText $holder ([Collections.Generic.HashSet[object]]::new())) -join "`n"), [Management.Automation.PSSerializer]::Serialize($held)) { Find-AnyForm $text | Should -Not -BeNullOrEmpty }
    }

    It 'shows in none of them by <Name>' -ForEach @(
        @{ Name = 'the view'; By = { $_ | Out-String -Width 300 } }
        @{ Name = 'Format-List * -Force'; By = { $_ | Format-List * -Force | Out-String -Width 300 } }
        @{ Name = 'Format-Custom'; By = { $_ | Format-Custom -Depth 3 | Out-String -Width 300 } }
        @{ Name = 'Get-Member and ToString'; By = { "$_"; $_ | Get-Member -Force | Out-String -Width 300 } }
        @{ Name = 'ConvertTo-Json'; By = { $_ | ConvertTo-Json -Depth 9 -WarningAction SilentlyContinue } }
        @{ Name = 'ConvertTo-Csv and ConvertTo-Html'; By = { $_ | ConvertTo-Csv; $_ | ConvertTo-Html } }
        @{ Name = 'ConvertTo-Xml'; By = { ($_ | ConvertTo-Xml -Depth 5).OuterXml } }
        @{ Name = 'serialization'; By = { [Management.Automation.PSSerializer]::Serialize($_, 9) } }
        @{ Name = 'every member of every member'; By = { Get-AllText $_ ([Collections.Generic.HashSet[object]]::new([Collections.Generic.ReferenceEqualityComparer]::Instance)) } }
    ) {
        $text = ($given | ForEach-Object $By) -join "`n"
        $text.Length | Should -BeGreaterThan 1000
        Find-AnyForm $text | Should -BeNullOrEmpty
    }

    It 'shows in no error by <Name>' -ForEach @(
        @{ Name = 'its text and its view'; By = { "$_"; $_ | Out-String -Width 300 } }
        @{ Name = 'Format-List * -Force'; By = { $_ | Format-List * -Force | Out-String -Width 300; $_.Exception | Format-List * -Force | Out-String -Width 300; $_.InvocationInfo | Format-List * -Force | Out-String -Width 300 } }
        @{ Name = 'serialization'; By = { [Management.Automation.PSSerializer]::Serialize($_) } }
        @{ Name = 'its exception, its data and its target'; By = { $_.Exception.ToString(); $_.Exception.Data.Values; $_.TargetObject | Format-List * -Force | Out-String; $_.InvocationInfo.BoundParameters.Values | Out-String } }
        @{ Name = 'every member of every member'; By = { Get-AllText $_ ([Collections.Generic.HashSet[object]]::new([Collections.Generic.ReferenceEqualityComparer]::Instance)) } }
    ) {
        $text = ($failures | ForEach-Object $By) -join "`n"
        $text.Length | Should -BeGreaterThan 1000
        Find-AnyForm $text | Should -BeNullOrEmpty
    }

    It 'shows in no variable and no completion' {
        # The test's own have it, of course.
        $text = Get-Variable | Where-Object Name -NotIn 'secret', 'hex', 'base64', 'said', 'text', 'environment', 'held' | Out-String -Width 300
        Find-AnyForm $text | Should -BeNullOrEmpty
        $offered = foreach ($line in 'Get-ConsulKv x -Session ', 'New-ConsulKvSession -Token ', 'Resolve-ConsulError ', 'New-ConsulKvSession ') { [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null).CompletionMatches | Format-List * | Out-String -Width 300 }
        Find-AnyForm ($offered -join '') | Should -BeNullOrEmpty
    }

    It 'is no token when it is empty' {
        "$(Get-ErrorOf { New-ConsulKvSession -Token ([securestring]::new()) })" | Should -Match 'empty'
        "$(Get-ErrorOf { New-ConsulKvSession -Token ([pscredential]::new('x', [securestring]::new())) })" | Should -Match 'empty'
    }

    It 'shows in a transcript neither with headers nor with -Verbose and -Debug' {
        $file = Join-Path $TestDrive 'headers.txt'
        Invoke-NewShell "Start-Transcript '$file' -IncludeInvocationHeader | Out-Null; `$t = [pscredential]::new('x', (ConvertTo-SecureString `$env:CONSUL_HTTP_TOKEN -AsPlainText -Force)); New-ConsulKvSession `$env:STORY_ADDRESS -Token `$t -Default -Verbose -Debug; Set-ConsulKv secrets/t 1 -Verbose -Debug; Get-ConsulKv forbidden/t -Verbose -Debug; Invoke-ConsulDiagnosis forbidden/t -Verbose -Debug; Stop-Transcript | Out-Null" $environment | Should -Match 'forbidden/t'
        $text = Get-Content $file -Raw
        $text | Should -Match 'VERBOSE: '
        Find-AnyForm $text | Should -BeNullOrEmpty
    }
}
