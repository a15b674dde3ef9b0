namespace ConsulKvTools.Lab;

/// <summary>
/// Debian's own consul package, unpacked but not installed. It was last part of bullseye, so that suite is asked of the same archive the
/// machine already uses, in a private apt state that leaves the system's lists and packages alone.
/// </summary>
internal sealed class DistributionPackage : IConsulSource
{
    private const string Suite = "bullseye";

    public string Name => $"Debian package ({Suite})";

    /// <summary>The root of the file system that apt's configuration is read from; tests use their own.</summary>
    public string Root { get; init; } = "/";

    public string Fetch(string folder)
    {
        if (!OperatingSystem.IsLinux() || Tool.Find("apt-get") is not { } apt || Tool.Find("dpkg-deb") is null)
            throw new SourceUnusableException("apt-get and dpkg-deb are not here");
        var source = FindSource();

        var parts = Directory.CreateDirectory(Path.Combine(folder, "sources")).FullName;
        var lists = Directory.CreateDirectory(Path.Combine(folder, "lists", "partial")).Parent!.FullName;
        var archives = Directory.CreateDirectory(Path.Combine(folder, "cache", "archives", "partial")).Parent!.Parent!.FullName;
        var packages = Directory.CreateDirectory(Path.Combine(folder, "packages")).FullName;
        File.WriteAllText(Path.Combine(parts, "lab." + source.Extension), source.Text);
        string[] options =
        [
            "-qq",
            "-o", "Dir::Etc::SourceList=/dev/null",
            "-o", $"Dir::Etc::SourceParts={parts}",
            "-o", $"Dir::State::Lists={lists}",
            "-o", $"Dir::Cache={archives}",
            "-o", "Dir::Cache::pkgcache=",
            "-o", "Dir::Cache::srcpkgcache=",
            "-o", "Acquire::Languages=none",
            "-o", "Acquire::Retries=2",
            // Without it an archive that cannot be reached is only a warning, and the reason is lost.
            "-o", "APT::Update::Error-Mode=any",
            "-o", "Acquire::http::Timeout=20",
            "-o", "Acquire::https::Timeout=20",
            // apt's own unprivileged user could not write into a folder that is private to us.
            "-o", $"APT::Sandbox::User={Environment.UserName}",
        ];
        Demand(Tool.Run(apt, [.. options, "update"], TimeSpan.FromMinutes(3), packages), "apt-get update");
        Demand(Tool.Run(apt, [.. options, "download", "consul"], TimeSpan.FromMinutes(3), packages), "apt-get download consul");
        var package = Directory.EnumerateFiles(packages, "consul_*.deb").FirstOrDefault()
            ?? throw new SourceUnusableException("apt-get download left no package");
        return Unpack(package, folder);
    }

    /// <summary>Unpacks a .deb.</summary>
    /// <returns>The consul executable in it.</returns>
    internal static string Unpack(string package, string folder)
    {
        var content = Path.Combine(folder, "content");
        Demand(Tool.Run("dpkg-deb", ["-x", package, content], TimeSpan.FromMinutes(1)), "dpkg-deb");
        var executable = Path.Combine(content, "usr", "bin", "consul");
        return File.Exists(executable) ? executable : throw new SourceUnusableException($"{Path.GetFileName(package)} has no usr/bin/consul");
    }

    /// <summary>The machine's entry for its Debian archive with the suite changed, in the format it was written in.</summary>
    internal (string Text, string Extension) FindSource()
    {
        var release = ReadIfThere(Path.Combine(Root, "etc/os-release")).Split('\n')
            .Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1].Trim().Trim('"'));
        if (release.GetValueOrDefault("ID") != "debian") throw new SourceUnusableException("the machine does not run Debian");
        var own = release.GetValueOrDefault("VERSION_CODENAME") is { Length: > 0 } name ? name : "sid";
        string[] suites = [own, "stable", "testing", "unstable", "sid", Suite];

        var folder = Path.Combine(Root, "etc/apt/sources.list.d");
        string[] files = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal)] : [];
        foreach (var file in files.Where(f => f.EndsWith(".sources", StringComparison.Ordinal)))
        {
            foreach (var stanza in ReadIfThere(file).Split("\n\n"))
            {
                if (FromStanza(stanza, suites) is { } text) return (text, "sources");
            }
        }
        foreach (var file in files.Where(f => f.EndsWith(".list", StringComparison.Ordinal)).Prepend(Path.Combine(Root, "etc/apt/sources.list")))
        {
            foreach (var line in ReadIfThere(file).Split('\n'))
            {
                if (FromLine(line, suites) is { } text) return (text, "list");
            }
        }
        throw new SourceUnusableException($"no apt source of this machine serves {own}");
    }

    private static string? FromStanza(string stanza, string[] suites)
    {
        var fields = new List<(string Name, string Value)>();
        foreach (var line in stanza.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            // A line that begins with a blank continues the field before: a key written into Signed-By does.
            if (char.IsWhiteSpace(line[0]) && fields.Count > 0) fields[^1] = (fields[^1].Name, $"{fields[^1].Value}\n{line}");
            else if (line.Split(':', 2) is [var name, var value]) fields.Add((name.Trim(), value.Trim()));
        }

        if (!Words("Types").Contains("deb") || !Words("Components").Contains("main") || !Words("Suites").Intersect(suites).Any()) return null;
        if (Words("Enabled").Any(w => w is "no" or "false" or "0")) return null;
        return string.Concat(fields.Select(f => f.Name.ToUpperInvariant() switch
        {
            "TYPES" => "Types: deb\n",
            "SUITES" => $"Suites: {Suite}\n",
            "COMPONENTS" => "Components: main\n",
            _ => $"{f.Name}: {f.Value}\n",
        }));

        string[] Words(string name) => fields
            .Where(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            .SelectMany(f => f.Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToArray();
    }

    private static string? FromLine(string line, string[] suites)
    {
        var text = line.Split('#')[0].Trim();
        if (!text.StartsWith("deb ", StringComparison.Ordinal)) return null;
        var rest = text[4..].Trim();
        var options = "";
        if (rest.StartsWith('[') && rest.IndexOf(']', StringComparison.Ordinal) is > 0 and var end)
        {
            options = rest[..(end + 1)] + " ";
            rest = rest[(end + 1)..];
        }
        var words = rest.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 2 && suites.Contains(words[1]) && words[2..].Contains("main") ? $"deb {options}{words[0]} {Suite} main\n" : null;
    }

    private static string ReadIfThere(string file) => File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "";

    private static void Demand(ToolResult result, string what)
    {
        if (result.ExitCode != 0) throw new SourceUnusableException($"{what}: {result}");
    }
}
