BeforeAll {
    . $PSScriptRoot/Lab.ps1
    Add-Type -AssemblyName System.IO.Compression.FileSystem
    $root = (Resolve-Path "$PSScriptRoot/../..").Path
    $version = (Import-PowerShellDataFile $ManifestPath).ModuleVersion
    # A copy of the folder under the module's name: tests stage it elsewhere.
    function New-Package([string] $To) { & "$root/packaging/New-ModulePackage.ps1" -ModulePath $ModulePath -OutputPath $To }
    $packages = New-Package "$TestDrive/package"
    $zip = ($packages | Where-Object Extension -EQ '.zip').FullName
    $nupkg = ($packages | Where-Object Extension -EQ '.nupkg').FullName
    # What a new shell says with the unpacked module on its path; by its name, as people import it.
    function Invoke-Installed([string] $Folder, [string] $Script) {
        $before = $env:PSModulePath
        $env:PSModulePath = "$Folder$([IO.Path]::PathSeparator)$before"
        $manifest = $script:ManifestPath
        $script:ManifestPath = 'ConsulKvTools'
        try { Invoke-NewShell $Script @{ CONSUL_HTTP_ADDR = (Get-LabAgent).AddressText; CONSUL_HTTP_TOKEN = (Get-LabAgent).ManagementToken } }
        finally {
            $env:PSModulePath = $before
            $script:ManifestPath = $manifest
        }
    }
    # A write makes the module load everything it has.
    $use = '(Set-ConsulKv package/x 1).Outcome; (Get-Module ConsulKvTools).ModuleBase'
}

Describe 'The module''s folder' {
    It 'holds exactly what the manifest lists' {
        $found = (Get-ChildItem $ModulePath -Recurse -File -Force).FullName.ForEach({ [IO.Path]::GetRelativePath($ModulePath, $_).Replace('\', '/') }) | Sort-Object -CaseSensitive
        $listed = (Import-PowerShellDataFile $ManifestPath).FileList | Sort-Object -CaseSensitive
        $found -join "`n" | Should -Be ($listed -join "`n")
        # The help is the one XML file that belongs here.
        $found | Where-Object { $_ -match '\.(pdb|xml|deps\.json|config)$' -and $_ -ne 'en-US/ConsulKvTools.dll-Help.xml' } | Should -BeNullOrEmpty
    }

    It 'names every assembly of others, with its licence' {
        $notices = Get-Content "$ModulePath/THIRD-PARTY-NOTICES.txt" -Raw
        foreach ($file in Get-ChildItem "$ModulePath/deps" -Recurse -Filter *.dll | Where-Object Name -NotLike 'ConsulKvTools.*') {
            $notices | Should -Match "(?m)^  $([regex]::Escape($file.Name)) .+(MIT|BSD-3-Clause)$"
        }
        foreach ($name in [regex]::Matches($notices, '(?m)^  (\S+\.dll) ').ForEach({ $_.Groups[1].Value })) { Get-ChildItem "$ModulePath/deps" -Recurse -Filter $name | Should -Not -BeNullOrEmpty -Because $name }
    }

    It 'has a manifest that says all a gallery asks' {
        $manifest = Test-ModuleManifest $ManifestPath -WarningVariable said -ErrorAction Stop
        $said | Should -BeNullOrEmpty
        $manifest.LicenseUri | Should -Not -BeNullOrEmpty
        $manifest.ReleaseNotes | Should -Not -BeNullOrEmpty
        $manifest.Tags | Should -Contain 'Consul'
        "$($manifest.ProcessorArchitecture)" | Should -Be 'None'
        "$($manifest.DotNetFrameworkVersion)" | Should -Be '4.7.2'
        $manifest.ExportedFormatFiles | Should -Not -BeNullOrEmpty
        (Import-PowerShellDataFile $ManifestPath).CmdletsToExport | Should -Not -Match '[*?]'
    }

    It 'has assemblies that do not know where they were built' {
        foreach ($file in Get-ChildItem $ModulePath -Recurse -Filter ConsulKvTools*.dll) {
            $text = [Text.Encoding]::Latin1.GetString([IO.File]::ReadAllBytes($file.FullName))
            $text.Contains($root) | Should -BeFalse -Because $file.FullName
        }
    }
}

Describe 'The package' {
    It 'is the same bytes each time' {
        # Other times, as a second build has them.
        Copy-Item $ModulePath "$TestDrive/copy/ConsulKvTools" -Recurse
        Get-ChildItem "$TestDrive/copy" -Recurse -File | ForEach-Object { $_.LastWriteTime = Get-Date }
        $again = & "$root/packaging/New-ModulePackage.ps1" -ModulePath "$TestDrive/copy/ConsulKvTools" -OutputPath "$TestDrive/again"
        (Get-FileHash $again.FullName).Hash | Should -Be (Get-FileHash $packages.FullName).Hash
    }

    It 'refuses a folder with a file <_>' -ForEach 'too many', 'too few' {
        Remove-Item "$TestDrive/odd" -Recurse -Force -ErrorAction Ignore
        Copy-Item $ModulePath "$TestDrive/odd/ConsulKvTools" -Recurse
        if ($_ -eq 'too many') { 'x' | Set-Content "$TestDrive/odd/ConsulKvTools/bin/net8.0/left.pdb" } else { Remove-Item "$TestDrive/odd/ConsulKvTools/LICENSE" }
        { & "$root/packaging/New-ModulePackage.ps1" -ModulePath "$TestDrive/odd/ConsulKvTools" -OutputPath "$TestDrive/odd/out" } | Should -Throw "*$(if ($_ -eq 'too many') { 'left.pdb is not in FileList' } else { 'LICENSE is missing' })*"
    }

    It 'is a nupkg with what a gallery reads' {
        $archive = [IO.Compression.ZipFile]::OpenRead($nupkg)
        try {
            $names = $archive.Entries.FullName
            foreach ($needed in '[Content_Types].xml', '_rels/.rels', 'ConsulKvTools.nuspec', 'ConsulKvTools.psd1', 'bin/net472/ConsulKvTools.dll') { $names | Should -Contain $needed }
            $reader = [IO.StreamReader]::new($archive.GetEntry('ConsulKvTools.nuspec').Open())
            $nuspec = [xml]$reader.ReadToEnd()
            $reader.Dispose()
            $nuspec.package.metadata.id | Should -Be 'ConsulKvTools'
            $nuspec.package.metadata.version | Should -Be $version
            $nuspec.package.metadata.tags | Should -Match 'PSModule .*PSCmdlet_Set-ConsulKv '
            $reader = [IO.StreamReader]::new($archive.GetEntry('[Content_Types].xml').Open())
            $types = [xml]$reader.ReadToEnd()
            $reader.Dispose()
            foreach ($name in $names | Where-Object { $_ -notin '[Content_Types].xml' -and [IO.Path]::GetExtension($_) }) { $types.Types.Default.Extension | Should -Contain ([IO.Path]::GetExtension($name).TrimStart('.')) }
        }
        finally { $archive.Dispose() }
    }

    It 'works unpacked into <Name>' -ForEach @(
        @{ Name = 'a folder of PSModulePath'; Folder = 'modules' }
        @{ Name = 'a path with blanks and letters of other scripts'; Folder = 'Meine Mödule 模块' }
    ) {
        $to = Join-Path $TestDrive $Folder
        [IO.Compression.ZipFile]::ExtractToDirectory($zip, $to)
        $said = Invoke-Installed $to $use
        $said | Should -Be "Written`n$(Join-Path $to 'ConsulKvTools' $version)"
    }

    It 'works without the version''s folder, as Windows PowerShell before 5 had it' {
        $to = Join-Path $TestDrive 'flat'
        [IO.Compression.ZipFile]::ExtractToDirectory($nupkg, (Join-Path $to 'ConsulKvTools'))
        Invoke-Installed $to $use | Should -Be "Written`n$(Join-Path $to 'ConsulKvTools')"
    }

    It 'works beside an older version, and the newer wins' {
        $to = Join-Path $TestDrive 'beside'
        [IO.Compression.ZipFile]::ExtractToDirectory($zip, $to)
        $old = Join-Path $to 'ConsulKvTools/0.0.1'
        Copy-Item (Join-Path $to 'ConsulKvTools' $version) $old -Recurse
        (Get-Content "$old/ConsulKvTools.psd1" -Raw).Replace("'$version'", "'0.0.1'") | Set-Content "$old/ConsulKvTools.psd1"
        Invoke-Installed $to $use | Should -Be "Written`n$(Join-Path $to 'ConsulKvTools' $version)"
        Invoke-Installed $to 'Remove-Module ConsulKvTools; Import-Module ConsulKvTools -RequiredVersion 0.0.1; "$((Get-Module ConsulKvTools).Version)"' | Should -Be '0.0.1'
    }

    It 'works from a folder that may only be read, and writes nothing into it' {
        $to = Join-Path $TestDrive 'readonly'
        [IO.Compression.ZipFile]::ExtractToDirectory($zip, $to)
        $before = (Get-ChildItem $to -Recurse).FullName
        if (-not $IsWindows) { & chmod -R a-w $to }
        try {
            Invoke-Installed $to $use | Should -BeLike 'Written*'
            (Get-ChildItem $to -Recurse).FullName | Should -Be $before
        }
        finally { if (-not $IsWindows) { & chmod -R u+w $to } }
    }

    It 'has cmdlets that run in constrained language, its scripts being trusted' {
        # Commands of a trusted module may be called from constrained language; its own scripts are loaded in full language.
        Invoke-NewShell '$ExecutionContext.SessionState.LanguageMode = "ConstrainedLanguage"; (Set-ConsulKv package/constrained 1).Outcome; @(Get-ConsulKv package/constrained).Count' @{ CONSUL_HTTP_ADDR = (Get-LabAgent).AddressText; CONSUL_HTTP_TOKEN = (Get-LabAgent).ManagementToken } | Should -Be "Written`n1"
    }
}
