namespace ConsulKvTools.Cli.Views;

/// <summary>One line a probe: how it ended, what it saw, or why it did not run.</summary>
internal static class ProbeTree
{
    private const int StatusWidth = 11;

    public static void Write(Terminal terminal, IReadOnlyList<ProbeResult> probes)
    {
        var layerWidth = probes.Select(probe => probe.Layer.ToString().Length).DefaultIfEmpty(0).Max();
        var nameWidth = probes.Select(probe => probe.Probe.Length).DefaultIfEmpty(0).Max();
        ConsulLayer? last = null;
        foreach (var probe in probes)
        {
            var status = StatusWord.Of(probe.Status);
            var before = $"  {(probe.Layer == last ? "" : probe.Layer.ToString()).PadRight(layerWidth)}  ";
            var indent = layerWidth + StatusWidth + nameWidth + 6;
            var first = true;
            foreach (var line in TextFlow.Wrap(Printable.Text(probe.Summary, 600), Math.Max(30, terminal.Width - indent)))
            {
                if (first) terminal.Line(before, status, new string(' ', StatusWidth - 2 - status.Word.Length) + $"{probe.Probe.PadRight(nameWidth)}  {line}");
                else terminal.Line(new string(' ', indent - 1) + line);
                first = false;
            }
            last = probe.Layer;
        }
    }
}
