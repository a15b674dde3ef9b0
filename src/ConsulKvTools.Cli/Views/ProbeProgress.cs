namespace ConsulKvTools.Cli.Views;

/// <summary>Says on one line of the error stream what a long diagnosis has seen last; wipes the line at the end.</summary>
internal sealed class ProbeProgress : IProgress<ProbeResult>, IDisposable
{
    // A healthy diagnosis ends sooner than this; a line that only flashes up is noise.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(700);

    private readonly TextWriter error;
    private readonly int width;
    private readonly Timer timer;
    private readonly Lock gate = new();
    private string latest = "looking";
    private int done;
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

    public void Report(ProbeResult value)
    {
        lock (gate)
        {
            done++;
            latest = PlainText.Of($"{value.Probe}: {value.Summary}");
        }
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
            if (ended) return;
            shown = true;
            var line = $"{done} probes done. {latest}";
            error.Write("\r" + (line.Length > width - 1 ? line[..(width - 1)] : line.PadRight(width - 1)));
        }
    }
}
