using System.Text.Json;
using ConsulKvTools.HelpBuild.Cmdlets;
using ConsulKvTools.HelpBuild.Examples;
using ConsulKvTools.HelpBuild.Maml;
using ConsulKvTools.HelpBuild.Pages;
using ConsulKvTools.HelpBuild.Topics;

namespace ConsulKvTools.HelpBuild;

/// <summary>The pages of docs/en-US and what is made of them.</summary>
/// <param name="path">The folder.</param>
internal sealed class HelpFolder(string path)
{
    /// <summary>Name of the file that Get-Help looks for: that of the assembly with the cmdlets.</summary>
    public const string MamlName = "ConsulKvTools.dll-Help.xml";

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    /// <summary>Files of command pages, by name.</summary>
    public IEnumerable<string> CommandFiles => Files("*-*.md");

    /// <summary>Files of topics, by name.</summary>
    public IEnumerable<string> TopicFiles => Files("about_*.md");

    /// <summary>Files that Get-Help reads, by name.</summary>
    /// <exception cref="HelpPageException">A page cannot be read.</exception>
    public IEnumerable<(string Name, string Text)> Shipped()
    {
        yield return (MamlName, MamlFile.Of(CommandFiles.Select(Read)));
        var findings = FindingsTopic.Of(FindingCatalogue.All);
        foreach (var file in TopicFiles) yield return (Path.GetFileNameWithoutExtension(file) + ".help.txt", TopicText.Of(file, File.ReadAllText(file), findings));
    }

    /// <summary>Everything on the pages that can be run, as JSON.</summary>
    public string Examples() =>
        JsonSerializer.Serialize(CommandFiles.Concat(TopicFiles).SelectMany(file => ExampleReader.Read(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file))), Json) + "\n";

    /// <summary>What the pages have to be so that they say what the cmdlets are: the text of each that is not so yet, null for one whose cmdlet is gone.</summary>
    /// <exception cref="HelpPageException">A page cannot be read.</exception>
    public IEnumerable<(string File, string? Text)> Outdated(IReadOnlyList<CmdletFacts> cmdlets)
    {
        foreach (var cmdlet in cmdlets)
        {
            var file = Path.Combine(path, cmdlet.Name + ".md");
            var now = File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : null;
            var wanted = PageText.Of(CommandPage.Of(cmdlet, now is null ? null : PageReader.Read(file, now)));
            if (now != wanted) yield return (file, wanted);
        }
        foreach (var file in CommandFiles)
            if (!cmdlets.Any(cmdlet => cmdlet.Name == Path.GetFileNameWithoutExtension(file))) yield return (file, null);
    }

    /// <summary>What the pages' prose lacks.</summary>
    public IEnumerable<string> Gaps(IReadOnlyList<CmdletFacts> cmdlets) =>
        CommandFiles.SelectMany(file => PageGaps.Of(Read(file), cmdlets.FirstOrDefault(cmdlet => cmdlet.Name == Path.GetFileNameWithoutExtension(file))).Select(gap => $"{Path.GetFileName(file)}: {gap}."));

    private static CommandPage Read(string file) => PageReader.Read(file, File.ReadAllText(file));

    private IEnumerable<string> Files(string pattern) => Directory.EnumerateFiles(path, pattern).Order(StringComparer.Ordinal);
}
