using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace ConsulKvTools.Lab;

/// <summary>A folder with a consul .deb and a SHA256SUMS file, for machines that reach no archive.</summary>
internal sealed class PackageFolder(Func<string, string?> environment) : IConsulSource
{
    private const string Variable = "CONSULKVTOOLS_PACKAGES";

    public string Name => "package folder";

    public string Fetch(string folder)
    {
        var packages = environment(Variable) is { Length: > 0 } given ? given
            : RepositoryRoot() is { } root ? Path.Combine(root, "..", "shared", "packages")
            : throw new SourceUnusableException($"{Variable} is not set");
        packages = Path.GetFullPath(packages);
        if (!Directory.Exists(packages)) throw new SourceUnusableException($"{packages} does not exist ({Variable} names another)");

        var architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.X86 => "i386",
            Architecture.Arm => "armhf",
            var other => other.ToString().ToLowerInvariant(),
        };
        var package = Directory.EnumerateFiles(packages, $"consul_*_{architecture}.deb").Order(StringComparer.Ordinal).LastOrDefault()
            ?? throw new SourceUnusableException($"{packages} has no consul_*_{architecture}.deb");
        Verify(package, Path.Combine(packages, "SHA256SUMS"));
        if (Tool.Find("dpkg-deb") is null) throw new SourceUnusableException("dpkg-deb, which unpacks it, is not here");
        return DistributionPackage.Unpack(package, folder);
    }

    private static void Verify(string package, string sums)
    {
        var name = Path.GetFileName(package);
        var expected = (File.Exists(sums) ? File.ReadAllLines(sums) : [])
            .Select(line => line.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(pair => pair.Length == 2 && pair[1].TrimStart('*', ' ') == name)?[0]
            ?? throw new SourceUnusableException($"{sums} has no sum for {name}");
        using var stream = File.OpenRead(package);
        var actual = Convert.ToHexString(SHA256.HashData(stream));
        if (!actual.Equals(expected, StringComparison.OrdinalIgnoreCase))
            throw new SourceUnusableException($"{name} has SHA-256 {actual.ToLowerInvariant()}, but {sums} says {expected}");
    }

    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "An empty answer is provided for; PowerShell, which loads the lab from its folder, has another base directory.")]
    private static string? RepositoryRoot()
    {
        var here = new DirectoryInfo(Path.GetDirectoryName(typeof(PackageFolder).Assembly.Location) is { Length: > 0 } folder ? folder : AppContext.BaseDirectory);
        while (here is not null && !File.Exists(Path.Combine(here.FullName, "Directory.Packages.props"))) here = here.Parent;
        return here?.FullName;
    }
}
