using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Cli.Views;

/// <summary>Says on one line of the error stream what a long diagnosis is doing and since when; wipes the line at the end.</summary>
internal sealed class ProbeProgress : IProgress<DiagnosisProgress>, IDisposable
{
    // A healthy diagnosis ends sooner than this; a line that only flashes up is noise.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    private readonly TextWriter error;
    private readonly int width;
    private readonly Timer timer;
    private readonly Lock gate = new();
    private DiagnosisProgress? latest;
    private string before = "";
    private bool shown;
    private bool ended;

    private ProbeProgress(TextWriter error, int width)
    {
        this.error = error;
        this.width = width;
        timer = new Timer(_ => Show(), null, Patience, TimeSpan.FromMilliseconds(200));
    }

    /// <summary>Null when nobody watches.</summary>
    public static ProbeProgress? For(Terminal terminal, Surroundings surroundings) =>
        terminal.IsJson || !surroundings.Abilities.Progress ? null : new ProbeProgress(surroundings.Error, terminal.Width);

    public void Report(DiagnosisProgress value)
    {
        lock (gate) latest = value;
    }

    /// <summary>Begins the line with this from now on: which of several diagnoses runs, and what the last one said.</summary>
    public void Begin(string text)
    {
        lock (gate) before = text.Length == 0 ? "" : text + " ";
    }

    public void Dispose()
    {
        timer.Dispose();
        lock (gate)
        {
            ended = true;
            if (shown) error.Write("\r" + new string(' ', width - 1) + "\r");
        }
    }

    private void Show()
    {
        lock (gate)
        {
            if (ended || (latest is null && before.Length == 0)) return;
            shown = true;
            var line = PlainText.Of(latest is null ? before : $"{before}{latest.Done} of {latest.Total} probes done. {latest}");
            error.Write("\r" + (line.Length > width - 1 ? line[..(width - 1)] : line.PadRight(width - 1)));
        }
    }
}
