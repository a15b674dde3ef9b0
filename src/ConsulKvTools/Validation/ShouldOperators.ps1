# What Should -BeWrittenToConsul and the others do; Add-ConsulShouldOperator runs this where Pester is loaded. What decides and what is said
# is in the module (ConsulKvTools.Commands.ShouldAnswer): Pester's own parts are all that stands here.
# Pester takes an operator that was added before for the same one, so that this may run as often as files ask for it.
param([Parameter(Mandatory)] $Add)

& $Add -Name BeWrittenToConsul -InternalName ConsulKvTools-BeWritten -SupportsArrayInput -Test {
    param($ActualValue, [switch] $Negate, [string] $Because, $CallerSessionState)
    [ConsulKvTools.Commands.ShouldAnswer]::Written(@($ActualValue), $Negate, $Because)
}

& $Add -Name HaveConsulAccess -InternalName ConsulKvTools-HaveAccess -Test {
    param($ActualValue, $Operation = 'Read', $Session, [switch] $Negate, [string] $Because, $CallerSessionState)
    $given = @{ Key = "$ActualValue"; Operation = $Operation; ErrorAction = 'Stop' }
    if ($null -ne $Session) { $given.Session = $Session }
    [ConsulKvTools.Commands.ShouldAnswer]::Access(@(ConsulKvTools\Test-ConsulAcl @given), $Negate, $Because)
}

& $Add -Name HaveConsulValue -InternalName ConsulKvTools-HaveValue -Test {
    param($ActualValue, $ExpectedValue, $Session, [switch] $Negate, [string] $Because, $CallerSessionState)
    $given = @{ Key = "$ActualValue"; ErrorAction = 'SilentlyContinue'; ErrorVariable = 'failed' }
    if ($null -ne $Session) { $given.Session = $Session }
    $failed = $null
    $entry = ConsulKvTools\Get-ConsulKvConsistent @given
    [ConsulKvTools.Commands.ShouldAnswer]::Value("$ActualValue", $entry, @($failed), $ExpectedValue, $Negate, $Because)
}

& $Add -Name BeReachableConsul -InternalName ConsulKvTools-BeReachable -Test {
    param($ActualValue, [switch] $Negate, [string] $Because, $CallerSessionState)
    $result = if ($ActualValue -is [ConsulKvTools.ConsulConnectivityResult]) { $ActualValue } else { ConsulKvTools\Test-ConsulConnectivity -Session $ActualValue -ErrorAction Stop }
    [ConsulKvTools.Commands.ShouldAnswer]::Reachable($result, $Negate, $Because)
}

& $Add -Name BeHealthyConsul -InternalName ConsulKvTools-BeHealthy -Test {
    param($ActualValue, [string] $Key, [switch] $AllowDegraded, [switch] $Negate, [string] $Because, $CallerSessionState)
    $given = @{ Session = $ActualValue; ErrorAction = 'Stop' }
    if ($Key) { $given.Key = $Key }
    $result = if ($ActualValue -is [ConsulKvTools.ConsulDiagnosis]) { $ActualValue } else { ConsulKvTools\Invoke-ConsulDiagnosis @given }
    [ConsulKvTools.Commands.ShouldAnswer]::Healthy($result, $AllowDegraded, $Negate, $Because)
}
