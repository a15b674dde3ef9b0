BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent

    # What Tab offers at the end of a line. The prompt waits a moment only; what comes later is there for the next Tab, so on a busy machine
    # some are needed.
    function Get-Completion([string] $Line, [switch] $Once) {
        foreach ($try in 1..$(if ($Once) { 1 } else { 30 })) {
            $found = @([Management.Automation.CommandCompletion]::CompleteInput($Line, $Line.Length, $null).CompletionMatches)
            if ($found.Count -gt 0 -or $Once) { break }
            Start-Sleep -Milliseconds 100
        }
        $found
    }

    # The value that a completion stands for, as PowerShell reads it in that place.
    function Get-Meaning([string] $Completion) { & { $args[0] } @(& ([scriptblock]::Create("& { param([string] `$Key) `$Key } $Completion"))) }

    # What other suites left in this runspace is offered too.
    Get-ConsulKvSession | Remove-ConsulKvSession
    $global:labSession = New-LabSession -With @{ Name = 'lab' }
    $keys = 'tab/x', 'tab/config/db', 'tab/config/cache', 'tab/with blank/z', 'tab/it''s', 'tab/$home', 'tab/a[1]*?', 'tab/12', 'tab/"q"', 'tab/back`tick', 'tab/;&|', 'tab/ünï', "tab/smart$([char]0x2019)quote$([char]0x201c)s$([char]0x201d)", '-tab', '@tab', 'tab,list', '1e3', '#tab'
    foreach ($key in $keys) { Set-ConsulKv $key 1 -Session $labSession | Out-Null }
}
AfterAll {
    Get-ConsulKvSession | Remove-ConsulKvSession
    Remove-Variable labSession -Scope Global
}

Describe 'Keys' {
    It 'completes level by level' {
        (Get-Completion 'Get-ConsulKv -Session $labSession tab/c').CompletionText | Should -Be 'tab/config/'
        (Get-Completion 'Get-ConsulKv -Session $labSession tab/config/').CompletionText | Should -Be 'tab/config/cache', 'tab/config/db'
        (Get-Completion 'Get-ConsulKv -Session $labSession tab/config/d').CompletionText | Should -Be 'tab/config/db'
    }

    It 'says in the tooltip whether it is a key or a level, and of which agent' {
        (Get-Completion 'Get-ConsulKv -Session $labSession tab/c').ToolTip | Should -Be "Keys below tab/config/ at $($labSession.Address)"
        (Get-Completion 'Get-ConsulKv -Session $labSession tab/x').ToolTip | Should -Be "Key tab/x at $($labSession.Address)"
    }

    It 'completes for <_>' -ForEach @('Get-ConsulKv', 'Get-ConsulKv -Key', 'Get-ConsulKvConsistent', 'Set-ConsulKv', 'Set-ConsulKv -Key', 'Remove-ConsulKv', 'Test-ConsulAcl', 'Invoke-ConsulDiagnosis', 'Get-ConsulKv tab/x,') {
        $line = $_ -replace '^(\S+)', '$1 -Session $labSession'
        (Get-Completion "$line tab/config/d").CompletionText | Should -Be 'tab/config/db'
    }

    It 'offers levels only where a prefix is wanted: <_>' -ForEach @('Get-ConsulKv -Prefix', 'Set-ConsulKv a b -OperationPrefix', 'Invoke-ConsulDiagnosis -Canary') {
        $line = $_ -replace '^(\S+)', '$1 -Session $labSession'
        (Get-Completion "$line tab/").CompletionText | Should -Be 'tab/config/', "'tab/with blank/'"
    }

    It 'gives text that means exactly the key: <Begun>' -ForEach @(@{ Begun = '' }, @{ Begun = "'" }, @{ Begun = '"' }) {
        $found = Get-Completion "Get-ConsulKv -Session `$labSession ${Begun}tab/"
        $meant = $found | ForEach-Object { Get-Meaning $_.CompletionText }
        foreach ($key in $keys -like 'tab/*' -notlike 'tab/*/*') { $meant | Should -Contain $key }
        if ($Begun) { $found | ForEach-Object { $_.CompletionText[0] | Should -Be $Begun } }
        # And is a key in the command that is completed.
        (Invoke-Expression "Get-ConsulKv -Session `$labSession $(($found | Where-Object CompletionText -Match 'q').CompletionText[0])").Key | Should -Match 'q'
    }

    It 'quotes what PowerShell would take for something else: <_>' -ForEach @('-tab', '@tab', 'tab,list', '1e3', '#tab') {
        $key = $_
        $completion = Get-Completion 'Get-ConsulKv -Session $labSession -Key ' | Where-Object ListItemText -EQ $key
        $completion.CompletionText | Should -Be "'$key'"
    }

    It 'goes on after a quoted level' {
        (Get-Completion "Get-ConsulKv -Session `$labSession 'tab/with blank/'").CompletionText | Should -Be "'tab/with blank/z'"
    }

    It 'finds a key in another letter case where none is written so' {
        (Get-Completion 'Get-ConsulKv -Session $labSession tab/CONF').CompletionText | Should -Be 'tab/config/'
    }

    It 'neither shows nor types control characters as they are' {
        # Agents refuse such keys over /v1/kv; older ones, and those told so, have them.
        $server = [ConsulKvTools.Lab.ScriptedHttpServer]::new()
        try {
            [void]$server.On('GET', '/v1/kv/', [ConsulKvTools.Lab.ScriptedResponse]::Json('["odd/\u001b[31mred\u0007$x\"","odd/\u202eabc"]'))
            $found = Get-Completion "Get-ConsulKv -Session $($server.Address.OriginalString) odd/"
            $found.Count | Should -Be 2
            "$($found.CompletionText)$($found.ListItemText)$($found.ToolTip)" | Should -Not -Match '\p{Cc}|\p{Cf}'
            $found | ForEach-Object { Get-Meaning $_.CompletionText } | Should -Be "odd/$([char]27)[31mred$([char]7)`$x`"", "odd/$([char]0x202e)abc"
        }
        finally { $server.Dispose() }
    }

    It 'completes at a prompt where nothing else runs' {
        # As PSReadLine asks: from outside, in a runspace that is idle.
        $runspace = [runspacefactory]::CreateRunspace()
        $runspace.Open()
        $shell = [powershell]::Create()
        $shell.Runspace = $runspace
        try {
            [void]$shell.AddScript("Import-Module '$ManifestPath'; `$s = New-ConsulKvSession $($agent.Address.OriginalString) -Token `$args[0]").AddArgument((ConvertTo-Secret $agent.ManagementToken)).Invoke()
            foreach ($line in 'Get-ConsulKv -Session $s tab/config/d', 'Get-ConsulKv -Session ') {
                foreach ($try in 1..30) {
                    $shell.Commands.Clear()
                    $found = [Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null, $shell).CompletionMatches
                    if ($found.Count) { break }
                }
                $found.CompletionText | Should -Be $(if ($line -match 'tab') { 'tab/config/db' } else { '$s' })
            }
        }
        finally {
            $shell.Dispose()
            $runspace.Dispose()
        }
    }

    It 'takes the session of a splatted table' {
        $global:labTable = @{ Session = $labSession }
        try { (Get-Completion 'Get-ConsulKv @labTable tab/config/d').CompletionText | Should -Be 'tab/config/db' } finally { Remove-Variable labTable -Scope Global }
    }

    It 'takes the session that is named' {
        (Get-Completion 'Get-ConsulKv -Session lab tab/config/d').CompletionText | Should -Be 'tab/config/db'
    }

    It 'takes the default session, else the environment' {
        try {
            $env:CONSUL_HTTP_ADDR = $agent.Address.OriginalString
            $env:CONSUL_HTTP_TOKEN = $agent.ManagementToken
            (Get-Completion 'Get-ConsulKv tab/config/d').CompletionText | Should -Be 'tab/config/db'
            $other = New-ConsulKvSession http://127.0.0.1:1 -Default
            Get-Completion 'Get-ConsulKv tab/config/d' -Once | Should -BeNullOrEmpty
        }
        finally {
            $other | Remove-ConsulKvSession
            Remove-Item env:CONSUL_HTTP_ADDR, env:CONSUL_HTTP_TOKEN
        }
    }

    It 'offers nothing rather than the keys of another store, where the session is not known yet' {
        $labSession | Out-Null
        try {
            $env:CONSUL_HTTP_ADDR = $agent.Address.OriginalString
            $env:CONSUL_HTTP_TOKEN = $agent.ManagementToken
            Get-Completion 'Get-ConsulKv -Session (New-ConsulKvSession http://127.0.0.1:1) tab/config/d' -Once | Should -BeNullOrEmpty
        }
        finally { Remove-Item env:CONSUL_HTTP_ADDR, env:CONSUL_HTTP_TOKEN }
    }
}

Describe 'A store with 100,000 keys on one level' {
    BeforeAll {
        $server = [ConsulKvTools.Lab.ScriptedHttpServer]::new()
        $names = [Collections.Generic.List[string]]::new()
        foreach ($number in 0..99999) { $names.Add('"many/item-{0:d6}"' -f $number) }
        [void]$server.On('GET', '/v1/kv/', [ConsulKvTools.Lab.ScriptedResponse]::Json('[' + ($names -join ',') + ']'))
        $global:many = New-ConsulKvSession $server.Address.OriginalString
    }
    AfterAll {
        $server.Dispose()
        Remove-ConsulKvSession $many
        Remove-Variable many -Scope Global
    }

    It 'offers the first hundred with one request, and says that there are more' {
        $found = Get-Completion 'Get-ConsulKv -Session $many many/'
        $found.Count | Should -Be 100
        $found[0].CompletionText | Should -Be 'many/item-000000'
        $found[0].ToolTip | Should -Match 'first 100 of more'
        $server.Requests.Count | Should -Be 1
        $server.Requests[0].Target | Should -Be '/v1/kv/many/?keys&separator=%2F&stale'
    }
}

Describe 'When the agent cannot be asked' {
    BeforeEach {
        $server = [ConsulKvTools.Lab.ScriptedHttpServer]::new()
        $global:silent = New-ConsulKvSession $server.Address.OriginalString -Token (ConvertTo-Secret ([guid]::NewGuid()))
        $Error.Clear()
    }
    AfterEach {
        $server.Dispose()
        Remove-ConsulKvSession $silent
        Remove-Variable silent -Scope Global
    }

    It 'offers nothing, says nothing and asks once of an agent that hangs, however often Tab is pressed' {
        [void]$server.On('GET', '/v1/', [ConsulKvTools.Lab.ScriptedResponse]::Silence)
        $watch = [Diagnostics.Stopwatch]::StartNew()
        foreach ($press in 1..4) { Get-Completion 'Get-ConsulKv -Session $silent a' -Once | Should -BeNullOrEmpty }
        # Four times a fifth of a second; the lab's own time-outs are far longer.
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 5
        $server.Requests.Count | Should -BeLessOrEqual 1
        $Error.Count | Should -Be 0
    }

    It 'has the answer of a slow agent at a later Tab, without asking again' {
        [void]$server.On('GET', '/v1/kv/', [ConsulKvTools.Lab.ScriptedResponse]::Json('["slow/x"]').After([timespan]::FromSeconds(0.7)))
        Get-Completion 'Get-ConsulKv -Session $silent slow/' -Once | Should -BeNullOrEmpty
        (Get-Completion 'Get-ConsulKv -Session $silent slow/').CompletionText | Should -Be 'slow/x'
        $server.Requests.Count | Should -Be 1
    }

    It 'offers nothing after <Name>' -ForEach @(
        @{ Name = 'a refusal'; Answer = { [ConsulKvTools.Lab.ScriptedResponse]::Text('ACL not found', 403) } }
        @{ Name = 'a failure'; Answer = { [ConsulKvTools.Lab.ScriptedResponse]::Text('No cluster leader', 500) } }
        @{ Name = 'an answer of something else'; Answer = { [ConsulKvTools.Lab.ScriptedResponse]::Html('<html>Welcome</html>') } }
        @{ Name = 'half an answer'; Answer = { [ConsulKvTools.Lab.ScriptedResponse]::Truncated('["a/1","a/2"]', 5) } }
        @{ Name = 'a redirect'; Answer = { [ConsulKvTools.Lab.ScriptedResponse]::Text('', 301, 'Location: http://127.0.0.1:1/') } }
    ) {
        [void]$server.On('GET', '/v1/', (& $Answer))
        foreach ($line in 'Get-ConsulKv -Session $silent a', 'Set-ConsulKv a b -Session $silent -LockSession ', 'Remove-ConsulKv a -Session $silent -CheckAndSet ') {
            Get-Completion $line -Once | Should -BeNullOrEmpty
        }
        $Error.Count | Should -Be 0
    }

    It 'neither tries again nor opens the session''s circuit' {
        [void]$server.On('GET', '/v1/kv/', [ConsulKvTools.Lab.ScriptedResponse]::Reset)
        foreach ($press in 1..12) { Get-Completion 'Get-ConsulKv -Session $silent a' -Once | Should -BeNullOrEmpty }
        # .NET itself sends a GET once more when a connection that it kept dies under it.
        $server.Requests.Count | Should -BeLessOrEqual 12
        (Get-ErrorOf { Get-ConsulKv a -Session $silent }).FullyQualifiedErrorId | Should -Not -BeLike '*Circuit*'
    }

    It 'sends no token of the environment to an address that is merely typed' {
        $secret = [guid]::NewGuid().ToString()
        $env:CONSUL_HTTP_TOKEN = $secret
        $env:CONSUL_HTTP_AUTH = "someone:$secret"
        try {
            [void]$server.On('GET', '/v1/', [ConsulKvTools.Lab.ScriptedResponse]::Json('["a/1"]'))
            $address = $server.Address.OriginalString
            (Get-Completion "Get-ConsulKv -Session $address a").CompletionText | Should -Be 'a/1'
            (Get-Completion "New-ConsulKvSession $address -Datacenter ").CompletionText | Should -Be 'a/1'
            foreach ($request in $server.Requests) {
                $request.Header('X-Consul-Token') | Should -BeNullOrEmpty
                $request.Header('Authorization') | Should -BeNullOrEmpty
            }
        }
        finally { Remove-Item env:CONSUL_HTTP_TOKEN, env:CONSUL_HTTP_AUTH }
    }
}

Describe 'Other arguments' {
    It 'gives the index of the key as it is, and says which value it stands for' {
        $index = (Get-ConsulKv tab/x -Session $labSession).ModifyIndex
        $found = Get-Completion 'Set-ConsulKv tab/x 2 -Session $labSession -CheckAndSet '
        $found.CompletionText | Should -Be "$index", '0'
        $found[0].ToolTip | Should -Be "tab/x as it is now: '1'"
        (Get-Completion 'Remove-ConsulKv tab/x -Session $labSession -CheckAndSet ').CompletionText | Should -Be "$index"
        (Get-Completion 'Get-ConsulKv tab/x -Session $labSession -WaitIndex ').CompletionText | Should -Be "$($index + 1)"
        (Get-Completion 'Set-ConsulKv tab/none 2 -Session $labSession -CheckAndSet ').CompletionText | Should -Be '0'
    }

    It 'offers the datacenters that the address knows' {
        (Get-Completion "New-ConsulKvSession $($agent.Address.OriginalString) -Datacenter ").CompletionText | Should -Be 'dc1'
    }

    It 'offers namespaces and partitions where an agent has them, and nothing where it has none' {
        $server = [ConsulKvTools.Lab.ScriptedHttpServer]::new()
        try {
            [void]$server.On('GET', '/v1/namespaces', [ConsulKvTools.Lab.ScriptedResponse]::Json('[{"Name":"default"},{"Name":"team one"}]'))
            [void]$server.On('GET', '/v1/partitions', [ConsulKvTools.Lab.ScriptedResponse]::Json('[{"Name":"default"},{"Name":"east"}]'))
            $address = $server.Address.OriginalString
            (Get-Completion "New-ConsulKvSession $address -Namespace ").CompletionText | Should -Be 'default', "'team one'"
            (Get-Completion "New-ConsulKvSession $address -Partition e").CompletionText | Should -Be 'east'
            Get-Completion "New-ConsulKvSession $($agent.Address.OriginalString) -Namespace " -Once | Should -BeNullOrEmpty
        }
        finally { $server.Dispose() }
    }

    It 'offers sessions by variable and by name, with what they are' {
        (Get-Completion 'Get-ConsulKv x -Session ').CompletionText | Should -Be '$labSession'
        (Get-Completion 'Get-ConsulKv x -Session l').CompletionText | Should -Be 'lab'
        (Get-Completion 'Get-ConsulKv x -Session l').ToolTip | Should -Be "lab ($($labSession.Address)), token …$($labSession.TokenFingerprint)"
        (Get-Completion 'Test-ConsulAcl x -AdminSession ').CompletionText | Should -Be '$labSession'
        (Get-Completion 'Get-ConsulKvSession l').CompletionText | Should -Be 'lab'
        (Get-Completion 'Remove-ConsulKvSession l').CompletionText | Should -Be 'lab'
        # Without a name or a variable of its own: what is offered is that session, not just its address.
        $id = (New-ConsulKvSession http://nameless.test:1 -Token (ConvertTo-Secret 'a')).Id
        $found = (Get-Completion 'Get-ConsulKv x -Session ')[1].CompletionText
        (Invoke-Expression $found).Id | Should -Be $id
        Remove-ConsulKvSession http://nameless.test:1
    }

    It 'offers lock sessions by id or name' {
        $headers = @{ 'X-Consul-Token' = $agent.ManagementToken }
        $id = (Invoke-RestMethod "$($agent.Address)v1/session/create" -Method Put -Headers $headers -Body '{"Name":"deploy","TTL":"600s","Behavior":"delete"}').ID
        foreach ($typed in '', $id.Substring(0, 6), 'dep') {
            $found = @(Get-Completion "Set-ConsulKv tab/lock 1 -Session `$labSession -Acquire -LockSession $typed" | Where-Object CompletionText -EQ $id)
            $found.Count | Should -Be 1
            $found.ListItemText | Should -Be "$id deploy"
            $found.ToolTip | Should -Match 'deploy on .*: TTL 600s, behavior delete'
        }
    }

    It 'offers durations, and the units for a number' {
        (Get-Completion 'Test-ConsulConnectivity -Timeout ').CompletionText | Should -Contain '1m30s'
        (Get-Completion 'Test-ConsulConnectivity -Timeout 7').CompletionText | Should -Be '7ms', '7s', '7m', '7h'
        (Get-Completion 'Test-ConsulConnectivity -Timeout 1h2').CompletionText | Should -Be '1h2ms', '1h2s', '1h2m', '1h2h'
        (Get-Completion 'Test-ConsulConnectivity -Timeout "3').CompletionText | Should -Contain '"3s"'
        Get-Completion 'Test-ConsulConnectivity -Timeout abc' -Once | Should -BeNullOrEmpty
    }

    It 'offers how long ago, and the units for a number' {
        foreach ($name in 'Since', 'Until') {
            (Get-Completion "Search-ConsulLog ./x -$name ").CompletionText | Should -Be '5m', '15m', '1h', '2h', '6h', '12h', '1d', '7d', '30d'
            (Get-Completion "Search-ConsulLog ./x -$name 3").CompletionText | Should -Be '30d', '3m', '3h', '3d'
            (Get-Completion "Search-ConsulLog ./x -$name 3").ToolTip | Should -Contain '3 days ago'
        }
    }

    It 'offers areas of codes, then codes, or codes that hold a word: <_>' -ForEach @('Get-ConsulFinding', 'Resolve-ConsulError -Code', 'Invoke-ConsulDiagnosis -Suppress') {
        (Get-Completion "$_ ").CompletionText | Should -Be (((Get-ConsulFinding).Area | Sort-Object -Unique -CaseSensitive) -replace '$', '.')
        (Get-Completion "$_ Acl.perm").CompletionText | Should -Be 'Acl.PermissionDenied'
        (Get-Completion "$_ permissiondenied").CompletionText | Should -Contain 'Acl.PermissionDenied'
        (Get-Completion "$_ acl.").Count | Should -Be @((Get-ConsulFinding Acl.*)).Count
    }

    It 'offers the errors that a diagnosis can begin with' {
        $Error.Clear()
        try { Get-ConsulKv tab/nowhere -Session $labSession -ErrorAction Stop } catch { }
        try { throw 'another' } catch { }
        $global:Error.Count | Should -Be 2
        (Get-Completion 'Invoke-ConsulDiagnosis -FromError ').CompletionText | Should -Be '$Error[1]'
        (Get-Completion 'Resolve-ConsulError ').CompletionText | Should -Be '$Error[0]', '$Error[1]'
        (Get-Completion 'Resolve-ConsulError ')[1].ListItemText | Should -Be '$Error[1] Key.Missing'
    }

    It 'offers addresses without their passwords' {
        $env:CONSUL_HTTP_ADDR = 'http://someone:pa55word@consul.test:8500'
        try { $found = Get-Completion 'New-ConsulKvSession ' } finally { Remove-Item env:CONSUL_HTTP_ADDR }
        $found.CompletionText | Should -Contain 'http://127.0.0.1:8500'
        $found.CompletionText | Should -Contain $labSession.Address
        "$($found.CompletionText) $($found.ToolTip)" | Should -Not -Match 'pa55word'
    }

    It 'offers processes by name' {
        $own = [Diagnostics.Process]::GetCurrentProcess()
        $child = [Diagnostics.Process]::Start('sleep', '60')
        try { (Get-Completion 'Invoke-ConsulDiagnosis -ProcessId slee').CompletionText | Should -Contain "$($child.Id)" } finally { $child.Kill(); $child.Dispose() }
        (Get-Completion "Invoke-ConsulDiagnosis -ProcessId $($own.Id)").CompletionText | Should -Not -Contain "$($own.Id)"
    }

    It 'offers files for -<_>, those of certificates first' -ForEach @('CACertificate', 'ClientCertificate', 'ClientKey') {
        $folder = Join-Path $TestDrive $_
        New-Item $folder -ItemType Directory | Out-Null
        foreach ($name in 'a.txt', 'b.pem') { Set-Content (Join-Path $folder $name) x }
        (Get-Completion "New-ConsulKvSession -$_ $folder/").ListItemText | Should -Be 'b.pem', 'a.txt'
    }

    It 'leaves a token''s file to PowerShell''s own completion of files' {
        $file = Join-Path $TestDrive 'mytoken'
        Set-Content $file x
        (Get-Completion "New-ConsulKvSession -TokenFile $TestDrive/myt").ListItemText | Should -Be 'mytoken'
    }

    It 'completes every parameter that has more to offer than its type' {
        $wanted = 'Key', 'Prefix', 'Session', 'AdminSession', 'Datacenter', 'Namespace', 'Partition', 'LockSession', 'CheckAndSet', 'WaitIndex', 'Code', 'Token', 'CACertificate', 'ClientCertificate', 'ClientKey'
        foreach ($command in Get-Command -Module ConsulKvTools -CommandType Cmdlet) {
            foreach ($parameter in $command.Parameters.Values | Where-Object { $_.Name -in $wanted -or $_.ParameterType -in [timespan], [Nullable[timespan]] }) {
                @($parameter.Attributes | Where-Object { $_ -is [ArgumentCompleter] }).Count | Should -Be 1 -Because "$($command.Name) -$($parameter.Name)"
            }
        }
    }
}

Describe 'Secrets' {
    It 'offers variables that hold one, and a question at the prompt' {
        $global:labSecret = ConvertTo-Secret 'anything'
        $global:labCredential = [pscredential]::new('deploy', $labSecret)
        try {
            $found = Get-Completion 'New-ConsulKvSession -Token '
            $found.CompletionText | Should -Contain '$labSecret'
            ($found | Where-Object CompletionText -EQ '$labCredential').ToolTip | Should -Match 'deploy'
            $found[-1].CompletionText | Should -Match '^\(Read-Host -AsSecureString'
        }
        finally { Remove-Variable labSecret, labCredential -Scope Global }
    }

    It 'offers the secrets of SecretManagement, by name alone, where it is installed' {
        # A stand-in with the two commands that matter; a vault of its own is more than this machine has.
        $folder = Join-Path $TestDrive 'Microsoft.PowerShell.SecretManagement'
        New-Item $folder -ItemType Directory | Out-Null
        Set-Content (Join-Path $folder 'Microsoft.PowerShell.SecretManagement.psm1') @'
function Get-SecretInfo { [CmdletBinding()] param([string] $Name = '*', [string] $Vault) 'consul', 'consul ops''', 'other' | Where-Object { $_ -like $Name } | ForEach-Object { [pscustomobject]@{ Name = $_; Type = 'SecureString'; VaultName = 'local' } } }
function Get-Secret { param([string] $Name, [string] $Vault) $global:SecretsGiven++; ConvertTo-SecureString "secret-of-$($Name.Length)" -AsPlainText -Force }
'@
        New-ModuleManifest (Join-Path $folder 'Microsoft.PowerShell.SecretManagement.psd1') -RootModule 'Microsoft.PowerShell.SecretManagement.psm1' -FunctionsToExport 'Get-SecretInfo', 'Get-Secret'
        $before = $env:PSModulePath
        $env:PSModulePath = "$TestDrive$([IO.Path]::PathSeparator)$before"
        $global:SecretsGiven = 0
        try {
            $found = Get-Completion 'New-ConsulKvSession -Token con'
            $found.CompletionText | Should -Be '(Get-Secret -Name consul -Vault local)', '(Get-Secret -Name ''consul ops'''''' -Vault local)'
            $found[0].ToolTip | Should -Be 'The secret consul of the vault local'
            $SecretsGiven | Should -Be 0
            # What was offered works as it stands.
            (Invoke-Expression "New-ConsulKvSession -Name vaulted -Token $($found[1].CompletionText)").TokenFingerprint |
                Should -Be (New-ConsulKvSession -Name typed -Token (ConvertTo-Secret 'secret-of-11')).TokenFingerprint
            $SecretsGiven | Should -Be 1
        }
        finally {
            $env:PSModulePath = $before
            Remove-Module Microsoft.PowerShell.SecretManagement -ErrorAction Ignore
            Remove-Variable SecretsGiven -Scope Global
        }
    }
}
