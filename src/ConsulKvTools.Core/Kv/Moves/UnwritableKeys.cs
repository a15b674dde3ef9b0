using ConsulKvTools.Kv.Documents;

namespace ConsulKvTools.Kv.Moves;

/// <summary>Keys that no path of Consul's HTTP API leads to; only transactions make them. A listing shows them all the same, and so does an export.</summary>
internal sealed class UnwritableKeys
{
    private const int MostNamed = 5;

    private readonly List<string> named = [];
    private string? place;

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>Why the first is none that can be written; null when there is none.</summary>
    public ConsulFinding? First { get; private set; }

    /// <summary>Takes one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="where">Where in the document it stands.</param>
    /// <param name="why">What is wrong with it.</param>
    public void Add(string key, string where, ConsulFinding why)
    {
        if (Count++ == 0) (place, First) = (where, why);
        if (named.Count < MostNamed) named.Add(key);
    }

    /// <summary>Why a document that holds them is not imported.</summary>
    public ConsulException Refuse(string document)
    {
        var others = Count == 1 ? "" : $"; {Amount.Of(Count - 1, "key")} more cannot either: {string.Join(", ", named.Skip(1).Select(key => Printable.Text(key, 60)))}{(Count > MostNamed ? ", …" : "")}";
        var refused = DocumentFault.Malformed(document, place!, $"the key {Printable.Text(named[0], 120)} cannot be written: {First!.Title}{others}");
        return ConsulException.From(refused.Finding with
        {
            Cause = "Only a transaction makes such a key; no path of Consul's HTTP API leads to it, so an export can hold what no import can write. Nothing of the document was written.",
            Remedy = "Run the same command with -Exclude and their names, or patterns such as '/*' and '*//*', to go without them; -Map gives them other names.",
            // Whatever else the command was given belongs to it, too, and is not known here.
            Command = null,
        });
    }
}
