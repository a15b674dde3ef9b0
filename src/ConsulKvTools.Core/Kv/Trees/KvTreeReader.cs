using System.Text;

namespace ConsulKvTools.Kv.Trees;

/// <summary>
/// Turns nested tables into keys: <c>{ db = { host = 'a' } }</c> below <c>app</c> is the key <c>app/db/host</c>. A list is one key with JSON text,
/// because single keys for its items would leave the last ones behind when it becomes shorter. The whole tree is looked at before anything is
/// given out, so that a bad name deep in it is known before the first write.
/// </summary>
/// <param name="look">Says what an object is.</param>
internal sealed class KvTreeReader(Func<object?, KvNode> look)
{
    private const int Deepest = 64;
    private const int MostProblems = 100;

    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    private readonly List<KvTreeLeaf> leaves = [];
    private readonly List<string> problems = [];
    private readonly HashSet<string> keys = new(StringComparer.Ordinal);
    private readonly Stack<object> above = new();

    /// <summary>The keys, in the order of the tree.</summary>
    public IReadOnlyList<KvTreeLeaf> Leaves => leaves;

    /// <summary>What is wrong with it, each naming its place, without full stops, a hundred at most; nothing is to be written when there is any.</summary>
    public IReadOnlyList<string> Problems => problems;

    /// <summary>Tables without members: nothing is written for them.</summary>
    public int EmptyTables { get; private set; }

    /// <summary>Reads a tree.</summary>
    /// <param name="prefix">Where it is to stand; empty for the top of the store.</param>
    /// <param name="root">A table.</param>
    public void Read(string prefix, object? root)
    {
        var node = look(root);
        if (node.Kind == KvNodeKind.Table) ReadTable(KvTreeNames.FolderOf(prefix), node);
        else problems.Add(node.Kind == KvNodeKind.Null ? "there is no table, but null" : $"a table or object with names is needed, not {(node.Kind == KvNodeKind.Foreign ? node.Text : node.Kind.ToString())}");
    }

    private void ReadTable(string folder, in KvNode table)
    {
        if (!Enter(folder, table)) return;
        var any = false;
        foreach (var member in table.Members)
        {
            if (problems.Count == MostProblems) break;
            any = true;
            ReadMember(folder, member.Key, look(member.Value));
        }
        if (!any) EmptyTables++;
        above.Pop();
    }

    private void ReadMember(string folder, string name, in KvNode node)
    {
        var shown = Printable.Text(folder + name, 120);
        switch (name)
        {
            case "":
                problems.Add($"a name below {At(folder)} is empty");
                return;
            case KvTreeNames.Itself or KvTreeNames.Folder when node.Kind == KvNodeKind.Table:
                problems.Add($"'{name}' stands for the key {At(folder)} itself, so it cannot be a table");
                return;
            case KvTreeNames.Itself or KvTreeNames.Folder when folder.Length == 0:
                problems.Add($"'{name}' stands for a table's own key, which the top of the store does not have");
                return;
            case KvTreeNames.Itself:
                ReadLeaf(folder.Substring(0, folder.Length - 1), node);
                return;
            case KvTreeNames.Folder:
                ReadLeaf(folder, node);
                return;
        }
        if (name.IndexOf('/') >= 0) problems.Add($"the name '{Printable.Text(name, 120)}' below {At(folder)} holds a slash; nest tables instead");
        else if (node.Kind == KvNodeKind.Table) ReadTable(folder + name + "/", node);
        else if (node.Kind == KvNodeKind.Null) problems.Add($"{shown} is null; give '' for an empty value, or leave it out");
        else ReadLeaf(folder + name, node);
    }

    private void ReadLeaf(string key, in KvNode node)
    {
        var shown = Printable.Text(key, 120);
        if (KvKey.Check(key, isPrefix: false) is { } refused) problems.Add($"{shown}: {refused.Title}");
        else if (!keys.Add(key)) problems.Add($"two values would become the key {shown}");
        else if (BytesOf(node, shown) is { } bytes) leaves.Add(new KvTreeLeaf(key, bytes));
    }

    private byte[]? BytesOf(in KvNode node, string shown)
    {
        try
        {
            switch (node.Kind)
            {
                case KvNodeKind.Bytes:
                    return node.Bytes;
                case KvNodeKind.Text or KvNodeKind.Literal:
                    return Utf8.GetBytes(node.Text);
                case KvNodeKind.List:
                    var list = new KvListJson(look);
                    list.Write(node);
                    if (list.Problem is null) return list.ToArray();
                    problems.Add($"{shown} {list.Problem}");
                    return null;
                default:
                    problems.Add(node.Kind == KvNodeKind.Null ? $"{shown} is null; give '' for an empty value, or leave it out"
                        : $"{shown} is an object ({node.Text}), which has no text of its own; give its text, or its JSON");
                    return null;
            }
        }
        catch (EncoderFallbackException)
        {
            problems.Add($"{shown} holds half of a surrogate pair, which UTF-8 cannot carry; give bytes instead");
            return null;
        }
    }

    private bool Enter(string folder, in KvNode table)
    {
        var identity = table.Identity!;
        if (above.Any(other => ReferenceEquals(other, identity))) problems.Add($"{At(folder)} holds itself");
        else if (above.Count == Deepest) problems.Add($"{At(folder)} is deeper than {Deepest} levels");
        else
        {
            above.Push(identity);
            return true;
        }
        return false;
    }

    private static string At(string folder) => folder.Length == 0 ? "the top" : Printable.Text(folder, 120);
}
