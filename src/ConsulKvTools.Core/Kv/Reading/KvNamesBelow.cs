namespace ConsulKvTools.Kv.Reading;

/// <summary>How many keys begin with a prefix, and a few of them: what somebody has to know who is asked whether they are to go.</summary>
internal sealed class KvNamesBelow
{
    private const int Shown = 5;

    private readonly List<string> first = [];
    private string last = "";

    /// <summary>How many.</summary>
    public long Count { get; private set; }

    /// <summary>True when the prefix itself is one of them.</summary>
    public bool HasOwn { get; private set; }

    /// <summary>The first that begins with the prefix and is yet not below it as a folder, as <c>apple</c> is not below <c>app</c>; null when there is none.</summary>
    public string? Neighbour { get; private set; }

    /// <summary>The number in words.</summary>
    public string Amount => ConsulKvTools.Amount.Of(Count, "key");

    /// <summary>The first of them, and the last.</summary>
    public string Sample => string.Join(", ", first.Select(name => Printable.Text(name, 80))) + (Count > Shown + 1 ? " … " : Count > Shown ? ", " : "") + (Count > Shown ? Printable.Text(last, 80) : "");

    /// <summary>Counts them; null when the token may not see all.</summary>
    /// <exception cref="ConsulException">No answer could be had.</exception>
    public static async Task<KvNamesBelow?> ReadAsync(KvReader reader, string prefix, CancellationToken cancellation)
    {
        var names = new KvNamesBelow();
        var complete = true;
        var pieces = reader.NamePiecesAsync(prefix, null, ConsulConsistency.Default, (state, _) => complete &= state is KvReadState.Found or KvReadState.Missing, cancellation);
        await foreach (var piece in pieces.ConfigureAwait(false))
            foreach (var name in piece) names.Add(name, prefix);
        return complete ? names : null;
    }

    private void Add(string name, string prefix)
    {
        Count++;
        last = name;
        if (first.Count < Shown) first.Add(name);
        HasOwn |= name.Length == prefix.Length;
        if (Neighbour is null && !prefix.EndsWith("/", StringComparison.Ordinal) && name.Length > prefix.Length && name[prefix.Length] != '/') Neighbour = name;
    }
}
