BeforeDiscovery {
    $text = Get-Content -LiteralPath (Join-Path $PSScriptRoot '../../README.md') -Raw
    $blocks = @([regex]::Matches($text, '(?ms)^```powershell\r?\n(?<code>.*?)^```') | ForEach-Object { $_.Groups['code'].Value })
    # The first block builds the module and imports it; the others use it.
    $uses = @($blocks | Select-Object -Skip 1 | ForEach-Object { @{ Code = $_; Title = ($_ -split "`n")[0].Trim() } })
}

BeforeAll {
    . $PSScriptRoot/Lab.ps1
    $readme = Get-Content -LiteralPath (Join-Path $PSScriptRoot '../../README.md') -Raw
    $agent = Get-LabAgent
    $certificates = [ConsulKvTools.Lab.CertificateLab]::new()
    $authority = $certificates.Authority('Readme CA')
    $options = [ConsulKvTools.Lab.ConsulAgentOptions]::new()
    $options.InMemory = $true
    $options.Tls = [ConsulKvTools.Lab.AgentTlsOptions]::new($authority.Issue([string[]]@('127.0.0.1')))
    $secure = [ConsulKvTools.Lab.ConsulAgent]::Start($options)
}
AfterAll {
    if ($secure) { $secure.Dispose() }
    if ($certificates) { $certificates.Dispose() }
}

Describe 'README' {
    It 'shows commands that work: <Title>' -ForEach $uses {
        # A description names its agents: here it is the lab's.
        $Code = $Code.Replace("local = 'http://127.0.0.1:8500'", "local = '$($agent.AddressText)'")
        $output = Invoke-NewShell "`$ErrorActionPreference = 'Stop'; Set-Location -LiteralPath '$TestDrive'; $Code; 'all of it ran'" @{
            CONSUL_HTTP_ADDR = $agent.AddressText; CONSUL_HTTP_TOKEN = $agent.ManagementToken
            MY_ADDRESS = "https://127.0.0.1:$($secure.Ports.Https)"; MY_TOKEN = [guid]::NewGuid().ToString(); MY_CA = $authority.CertificateFile
        }
        $output | Should -Match 'all of it ran'
        $output | Should -Not -MatchExactly 'FAULTY|Exception'
    }

    It 'builds a module folder that can be imported' {
        $root = (Resolve-Path -LiteralPath (Join-Path $PSScriptRoot '../..')).Path
        $output = & (Get-Process -Id $PID).Path -NoProfile -NonInteractive -Command "Set-Location -LiteralPath '$root'; ./build.ps1; Import-Module ./out/ConsulKvTools; (Get-Command -Module ConsulKvTools).Count" 2>&1
        $LASTEXITCODE | Should -Be 0 -Because "$output"
        [int]($output | Select-Object -Last 1) | Should -BeGreaterThan 10
    }

    It 'lists every command of the module, and no other' {
        $exported = (Import-PowerShellDataFile -LiteralPath $script:ManifestPath).CmdletsToExport
        # One row may list commands of one noun: `New-ConsulKvSession` `Get-` `Remove-`.
        $rows = [regex]::Matches($readme, '(?m)^\| (?<commands>`[A-Z][a-z]+-Consul[^|]*) \|') | ForEach-Object { $_.Groups['commands'].Value }
        $listed = foreach ($row in $rows) {
            $names = [regex]::Matches($row, '`([^`]+)`') | ForEach-Object { $_.Groups[1].Value }
            $noun = ($names[0] -split '-', 2)[1]
            foreach ($name in $names) { if ($name.EndsWith('-')) { "$name$noun" } else { $name } }
        }
        ($listed | Sort-Object) -join ' ' | Should -Be (($exported | Sort-Object) -join ' ')
    }
}
