$framework = if ($PSEdition -eq 'Core') { 'net8.0' } else { 'net472' }
Import-Module -Name ([IO.Path]::Combine($PSScriptRoot, 'bin', $framework, 'ConsulKvTools.dll')) -ErrorAction Stop
Update-TypeData -TypeData ([ConsulKvTools.Commands.SerializedTypes]::TypeData) -Force
Export-ModuleMember -Cmdlet *
