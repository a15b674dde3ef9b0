BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $agent = Get-LabAgent
    $secret = $agent.CreateToken('key_prefix "secrets/" { policy = "write" }').SecretId

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
$s = New-ConsulKvSession -Name story -Default -TokenFile $env:STORY_TOKEN_FILE -Address $env:STORY_ADDRESS
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
(Get-ChildItem /proc/*/cmdline -ErrorAction Ignore | Get-Content -Raw -ErrorAction Ignore) -join ' '
'@
    $tokenFile = Join-Path $TestDrive 'token'
    Set-Content $tokenFile $secret
    $transcript = Join-Path $TestDrive 'transcript.txt'
    $environment = @{ STORY_ADDRESS = $agent.Address.OriginalString; STORY_TOKEN_FILE = $tokenFile; STORY_CLIXML = (Join-Path $TestDrive 'session.xml'); CONSUL_HTTP_TOKEN = $secret }
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

    It 'sends the token in no URL' {
        Find-Secret $agent.Log | Should -BeNullOrEmpty
    }
}
