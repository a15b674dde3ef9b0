# Dot-source in BeforeAll. Imports the module as it ships and gives agents of the lab; one agent with ACLs serves all suites of a run.
# The environment says where things are (run.ps1 and the xunit project set it); by hand the usual build output is taken.

$ErrorActionPreference = 'Stop'
$root = (Resolve-Path -LiteralPath (Join-Path $PSScriptRoot '../..')).Path
$script:ModulePath = if ($env:CONSULKVTOOLS_MODULE) { $env:CONSULKVTOOLS_MODULE } else { Join-Path $root 'out/ConsulKvTools' }
$script:ManifestPath = Join-Path $script:ModulePath 'ConsulKvTools.psd1'
$labPath = if ($env:CONSULKVTOOLS_LAB) { $env:CONSULKVTOOLS_LAB } else { Join-Path $root 'tests/ConsulKvTools.Lab/bin/Debug/net10.0' }

# What the machine is set to must not decide a test.
Get-ChildItem env: | Where-Object { $_.Name -match '^CONSUL_' -and $_.Name -ne 'CONSUL_BIN' -or $_.Name -match '^(http|https|all|no)_proxy$' } | Remove-Item

if (-not ('ConsulKvTools.Lab.ConsulAgent' -as [type])) { Add-Type -Path (Join-Path $labPath 'ConsulKvTools.Lab.dll') }
# Commands that start Consul take what the lab has found or fetched.
if (-not $env:CONSUL_BIN) { $env:CONSUL_BIN = [ConsulKvTools.Lab.ConsulBinary]::Locate().Path }
if (-not (Get-Module ConsulKvTools)) { Import-Module $script:ManifestPath }

function Get-LabAgent {
    # The agent dies with this process at the latest (see the lab's LabProcess).
    $agent = [AppDomain]::CurrentDomain.GetData('ConsulKvTools.LabAgent')
    if (-not $agent) {
        $options = [ConsulKvTools.Lab.ConsulAgentOptions]::new()
        $options.Acl = [ConsulKvTools.Lab.AgentAclOptions]::new()
        $agent = [ConsulKvTools.Lab.ConsulAgent]::Start($options)
        [AppDomain]::CurrentDomain.SetData('ConsulKvTools.LabAgent', $agent)
    }
    $agent
}

function ConvertTo-Secret([string] $Text) { ConvertTo-SecureString $Text -AsPlainText -Force }

# A session of the shared agent: with all rights, or with a new token that has just these rules.
function New-LabSession([string] $Rules, [hashtable] $With = @{}) {
    $agent = Get-LabAgent
    $token = if ($Rules) { $agent.CreateToken($Rules).SecretId } else { $agent.ManagementToken }
    New-ConsulKvSession -Address $agent.Address.OriginalString -Token (ConvertTo-Secret $token) @With
}

# What a command leaves in the error stream; its output is dropped.
function Get-ErrorOf([scriptblock] $Script) {
    $ErrorActionPreference = 'Continue'
    $found = $null
    try { $all = & $Script 2>&1; $found = $all | Where-Object { $_ -is [Management.Automation.ErrorRecord] } } catch { $found = $_ }
    $found
}

# A script in a runspace of its own, while the caller goes on; Receive-Beside waits for what it writes.
function Start-Beside([scriptblock] $Script, [object[]] $Arguments) {
    $shell = [powershell]::Create()
    [void]$shell.AddScript($Script.ToString())
    foreach ($argument in $Arguments) { [void]$shell.AddArgument($argument) }
    [pscustomobject]@{ Shell = $shell; Handle = $shell.BeginInvoke() }
}
function Receive-Beside($Running) {
    try { $Running.Shell.EndInvoke($Running.Handle) } finally { $Running.Shell.Dispose() }
}

# Runs a script in a new PowerShell process with the module imported; gives its standard output and error as text. No colours, unless as it is.
function Invoke-NewShell([string] $Script, [hashtable] $Environment = @{}, [switch] $AsItIs) {
    $start = [Diagnostics.ProcessStartInfo]::new((Get-Process -Id $PID).Path)
    foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', "$(if (-not $AsItIs) { '$PSStyle.OutputRendering = ''PlainText'';' }) Import-Module '$script:ManifestPath'; $Script") { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    foreach ($name in $Environment.Keys) { $start.Environment[$name] = $Environment[$name] }
    $process = [Diagnostics.Process]::Start($start)
    $output = $process.StandardOutput.ReadToEndAsync()
    $errors = $process.StandardError.ReadToEndAsync()
    if (-not $process.WaitForExit(60000)) { $process.Kill($true); throw "The new shell did not end: $($output.Result) $($errors.Result)" }
    $output.Result.Trim() + $errors.Result.Trim()
}

# Established TCP connections of this machine to a loopback port.
function Get-NetworkConnections([int] $Port) {
    @([Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpConnections() | Where-Object { $_.RemoteEndPoint.Port -eq $Port -and $_.State -eq 'Established' }).Count
}
