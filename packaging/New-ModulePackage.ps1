<#
.SYNOPSIS
    Packs a module folder: a zip to unpack onto PSModulePath, and a .nupkg as Publish-PSResource and the PowerShell gallery take it.
.DESCRIPTION
    The same folder gives the same bytes: entries in the order of their names, one fixed time, no trace of the machine. What is in the folder
    must be FileList of the manifest, name by name; a file too many or too few is an error that names it.
.OUTPUTS
    System.IO.FileInfo: the zip and the nupkg.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory)] [string] $ModulePath,
    [Parameter(Mandatory)] [string] $OutputPath
)

$ErrorActionPreference = 'Stop'
Add-Type -AssemblyName System.IO.Compression
$folder = (Resolve-Path -LiteralPath $ModulePath).ProviderPath.TrimEnd('/', '\')
$name = [IO.Path]::GetFileName($folder)
$manifest = Import-PowerShellDataFile -LiteralPath (Join-Path $folder "$name.psd1")
$data = $manifest.PrivateData.PSData
$version = $manifest.ModuleVersion
if ($data.ContainsKey('Prerelease') -and $data.Prerelease) { $version += '-' + $data.Prerelease }

$found = [string[]]@(Get-ChildItem -LiteralPath $folder -Recurse -File -Force | ForEach-Object { $_.FullName.Substring($folder.Length + 1).Replace('\', '/') })
$listed = [string[]]@($manifest.FileList | ForEach-Object { $_.Replace('\', '/') })
$wrong = @($found | Where-Object { $listed -cnotcontains $_ } | ForEach-Object { "$_ is not in FileList" }) + @($listed | Where-Object { $found -cnotcontains $_ } | ForEach-Object { "$_ is missing" })
if ($wrong) { throw "The folder $folder is not what $name.psd1 lists: $($wrong -join '; ')." }
[Array]::Sort($found, [StringComparer]::Ordinal)

# A zip cannot say an earlier time; the real ones differ from build to build.
$time = [DateTimeOffset]::new(1980, 1, 1, 0, 0, 0, [TimeSpan]::Zero)

function Add-Entry($Archive, [string] $At, [byte[]] $Bytes) {
    $entry = $Archive.CreateEntry($At, [IO.Compression.CompressionLevel]::Optimal)
    $entry.LastWriteTime = $time
    # -rw-r--r--, wherever it is packed.
    $entry.ExternalAttributes = [Convert]::ToInt32('100644', 8) -shl 16
    $stream = $entry.Open()
    try { $stream.Write($Bytes, 0, $Bytes.Length) } finally { $stream.Dispose() }
}

function New-Archive([string] $Path, [string] $Below, $More) {
    $stream = [IO.File]::Create($Path)
    try {
        $archive = [IO.Compression.ZipArchive]::new($stream, [IO.Compression.ZipArchiveMode]::Create)
        try {
            foreach ($one in $More.Keys) { Add-Entry $archive $one ([Text.UTF8Encoding]::new($false).GetBytes($More[$one])) }
            foreach ($file in $found) { Add-Entry $archive ($Below + $file) ([IO.File]::ReadAllBytes((Join-Path $folder $file))) }
        }
        finally { $archive.Dispose() }
    }
    finally { $stream.Dispose() }
    Get-Item -LiteralPath $Path
}

function ConvertTo-XmlText([string] $Text) { [Security.SecurityElement]::Escape($Text) }

$tags = @($data.Tags) + 'PSModule', 'PSIncludes_Cmdlet' + @($manifest.CmdletsToExport | ForEach-Object { "PSCmdlet_$_", "PSCommand_$_" })
$uris = -join @(foreach ($pair in @('licenseUrl', 'LicenseUri'), @('projectUrl', 'ProjectUri')) { if ($data.ContainsKey($pair[1]) -and $data[$pair[1]]) { "    <$($pair[0])>$(ConvertTo-XmlText $data[$pair[1]])</$($pair[0])>`n" } })
$more = [ordered]@{
    '[Content_Types].xml' = '<?xml version="1.0" encoding="utf-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />' +
        (-join @(@($found | ForEach-Object { [IO.Path]::GetExtension($_).TrimStart('.') } | Where-Object { $_ }) + 'nuspec' | Sort-Object -Unique | ForEach-Object { "<Default Extension=`"$_`" ContentType=`"application/octet`" />" })) +
        (-join @($found | Where-Object { -not [IO.Path]::GetExtension($_) } | ForEach-Object { "<Override PartName=`"/$_`" ContentType=`"application/octet`" />" })) + '</Types>'
    '_rels/.rels'         = "<?xml version=`"1.0`" encoding=`"utf-8`"?><Relationships xmlns=`"http://schemas.openxmlformats.org/package/2006/relationships`"><Relationship Type=`"http://schemas.microsoft.com/packaging/2010/07/manifest`" Target=`"/$name.nuspec`" Id=`"R1`" /></Relationships>"
    "$name.nuspec"        = @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">
  <metadata>
    <id>$name</id>
    <version>$version</version>
    <authors>$(ConvertTo-XmlText $manifest.Author)</authors>
    <owners>$(ConvertTo-XmlText $manifest.CompanyName)</owners>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
$uris    <description>$(ConvertTo-XmlText $manifest.Description)</description>
    <releaseNotes>$(ConvertTo-XmlText $data.ReleaseNotes)</releaseNotes>
    <copyright>$(ConvertTo-XmlText $manifest.Copyright)</copyright>
    <tags>$(ConvertTo-XmlText ($tags -join ' '))</tags>
  </metadata>
</package>
"@ -replace "`r`n", "`n"
}

[void](New-Item -ItemType Directory -Path $OutputPath -Force)
$output = (Resolve-Path -LiteralPath $OutputPath).ProviderPath
# PowerShell finds a module by its name, with the version's folder below it: Expand-Archive onto a folder of PSModulePath is all.
New-Archive (Join-Path $output "$name-$version.zip") "$name/$($manifest.ModuleVersion)/" @{}
New-Archive (Join-Path $output "$name.$version.nupkg") '' $more
