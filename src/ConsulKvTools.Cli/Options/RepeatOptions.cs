using System.CommandLine;
using System.Globalization;
using ConsulKvTools.Diagnosis;

namespace ConsulKvTools.Cli.Options;

/// <summary>Diagnosing more than once: so often, or until it is healthy.</summary>
internal sealed class RepeatOptions
{
    private readonly Option<int?> count = new("--count")
    {
        Description = "Diagnose so often and sum up, for faults that come and go.",
        HelpName = "n",
        CustomParser = result => Whole(result, DiagnosisSeries.Longest),
    };

    private readonly Option<TimeSpan?> interval = Choice.Duration("--interval", "With --count or --wait: from the end of one diagnosis to the start of the next. Default: 2s.");
    private readonly Option<bool> wait = new("--wait") { Description = "Diagnose again and again until healthy, or until --timeout is over, which then is for all of it." };

    private readonly Option<int?> idleSeconds = new("--idle-seconds")
    {
        Description = "Also prove whether a connection survives so many seconds of silence. Takes that much longer.",
        HelpName = "n",
        CustomParser = result => Whole(result, 86400),
    };

    public IReadOnlyList<Option> All => [count, interval, wait, idleSeconds];

    public int? Count(ParseResult parsed) => parsed.GetValue(count);

    public TimeSpan Interval(ParseResult parsed) => parsed.GetValue(interval) ?? TimeSpan.FromSeconds(2);

    public bool Wait(ParseResult parsed) => parsed.GetValue(wait);

    public TimeSpan? IdleTime(ParseResult parsed) => parsed.GetValue(idleSeconds) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    /// <summary>Refuses what contradicts itself.</summary>
    /// <exception cref="UsageException">It does.</exception>
    public void Check(ParseResult parsed, bool compares)
    {
        if (Wait(parsed) && Count(parsed) is not null) throw new UsageException("--wait and --count exclude each other: --wait ends with the first healthy diagnosis, --count makes so many.");
        if (Wait(parsed) && IdleTime(parsed) is not null) throw new UsageException("--wait and --idle-seconds exclude each other: test idle connections once it is healthy.");
        if (compares && Count(parsed) is not null) throw new UsageException("--compare and --count exclude each other: one diagnosis is compared with one.");
        if (parsed.GetValue(interval) is not null && !Wait(parsed) && Count(parsed) is null) throw new UsageException("--interval is given without --count or --wait; a single diagnosis has none.");
    }

    private static int? Whole(System.CommandLine.Parsing.ArgumentResult result, int most)
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most) return number;
        result.AddError($"{((System.CommandLine.Parsing.OptionResult)result.Parent!).IdentifierToken?.Value ?? "The number"} is '{Printable.Text(text, 40)}'; give a whole number from 1 to {most}.");
        return null;
    }
}
