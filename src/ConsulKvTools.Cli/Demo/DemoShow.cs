using System.Diagnostics;
using ConsulKvTools.Cli.Json;
using ConsulKvTools.Cli.Views;
using ConsulKvTools.Diagnosis.Reports.Json;
using ConsulKvTools.Lab;

namespace ConsulKvTools.Cli.Demo;

/// <summary>Runs the script and shows it. Every command that is shown is the command that runs.</summary>
internal sealed class DemoShow
{
    private readonly Terminal terminal;
    private readonly DemoStage stage;
    private readonly CommandLine line;
    private readonly List<DemoSceneDocument> played = [];

    public DemoShow(Terminal terminal, DemoStage stage, Surroundings outer)
    {
        this.terminal = terminal;
        this.stage = stage;
        line = new CommandLine(new Surroundings
        {
            // JSON is one document at the end; nothing may stand before it.
            Output = terminal.IsJson ? Stream.Null : outer.Output,
            Error = terminal.IsJson ? TextWriter.Null : outer.Error,
            Input = () => Stream.Null,
            Environment = stage.Environment,
            Abilities = outer.Abilities with { Color = terminal.HasColor, Progress = false },
        });
    }

    /// <summary>Plays it all.</summary>
    /// <returns>True when every diagnosis named the cause.</returns>
    public async Task<bool> PlayAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        Heading("All is well");
        foreach (var arguments in DemoScript.Overture)
        {
            Prompt(arguments);
            await line.RunInnerAsync(arguments, cancellation).ConfigureAwait(false);
            Say();
        }
        await foreach (var scene in DemoScript.ScenesAsync(stage, cancellation).ConfigureAwait(false))
            await PlayAsync(scene, cancellation).ConfigureAwait(false);
        var right = played.TrueForAll(scene => scene.Right);
        if (terminal.IsJson) terminal.Document(new DemoDocument(stage.Agent.Version.ToString(), played, right), CliJson.Default.DemoDocument);
        else Summary(right, clock.Elapsed);
        return right;
    }

    private async Task PlayAsync(DemoScene scene, CancellationToken cancellation)
    {
        Heading(scene.Broken);
        Prompt(scene.Arguments);
        var diagnosis = await line.Diagnose.DiagnoseAsync(line.Parse(scene.Arguments), null, cancellation).ConfigureAwait(false);
        if (!terminal.IsJson) DiagnosisView.Write(terminal, diagnosis);
        Say();
        var named = diagnosis.RootCause?.Code ?? diagnosis.Verdict.ToString();
        played.Add(new DemoSceneDocument(scene.Broken, Shown(scene.Arguments), scene.Expected, named, named == scene.Expected, DiagnosisDocument.Of(diagnosis)));
    }

    private void Summary(bool right, TimeSpan time)
    {
        Heading("What was broken, and what the diagnosis named");
        var widest = played.Max(scene => scene.Broken.Length);
        foreach (var scene in played)
            terminal.Line(scene.Right ? StatusWord.Good("right") : StatusWord.Bad("wrong"),
                $"  {scene.Broken.PadRight(widest)}  {scene.Named}{(scene.Right ? "" : $" (expected {scene.Expected})")}");
        Say();
        Say($"{played.Count(scene => scene.Right)} of {played.Count} causes named, in {DiagnosisText.Time(time)}. "
            + (right ? "What the demo started is being stopped and removed." : "This is a defect: please report it with this output."));
    }

    private void Heading(string text)
    {
        if (terminal.IsJson) return;
        var number = played.Count;
        var title = number == 0 && text == "All is well" || text.StartsWith("What was broken", StringComparison.Ordinal) ? text : $"{number + 1}. {text}";
        Say($"── {title} {new string('─', Math.Max(2, terminal.Width - title.Length - 5))}");
    }

    private void Prompt(IReadOnlyList<string> arguments) => Say("$ " + Shown(arguments));

    private void Say(string text = "")
    {
        if (!terminal.IsJson) terminal.Line(text);
    }

    private string Shown(IReadOnlyList<string> arguments) =>
        "consulkv " + string.Join(' ', arguments.Select(word => Quoted(word.StartsWith(stage.Folder, StringComparison.Ordinal) ? Path.GetFileName(word) : word)));

    private static string Quoted(string word) => word.Contains(' ', StringComparison.Ordinal) ? $"'{word}'" : word;
}
