namespace ConsulKvTools.Cli.Views;

/// <summary>One entry or name a line. What the read has to complain about goes to the error stream, so that lines can be counted.</summary>
internal sealed class TextListing(Terminal terminal) : IListing
{
    private const int LongestValue = 60;

    private ConsulFinding? finding;

    public KvReadState State { get; private set; } = KvReadState.Missing;

    public void Report(KvReadState state, ConsulFinding? why) => (State, finding) = (state, ForShell.OfAny(why));

    public ValueTask AddAsync(ConsulKvEntry entry)
    {
        terminal.Line($"{Printable.Text(entry.Key, 2000)} = {ValueText.Of(entry, LongestValue)}");
        return ValueTask.CompletedTask;
    }

    public ValueTask AddAsync(string name)
    {
        terminal.Line(Printable.Text(name, 60_000));
        return ValueTask.CompletedTask;
    }

    public ValueTask EndAsync()
    {
        if (finding is not null) FindingView.Write(terminal.OnError(), finding);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
