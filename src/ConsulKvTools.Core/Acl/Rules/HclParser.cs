namespace ConsulKvTools.Acl.Rules;

/// <summary>Reads HCL 1: items of names and labels, each with <c>= value</c> or a block.</summary>
internal sealed class HclParser
{
    private const int Deepest = 64;

    private readonly HclScanner scanner;
    private HclScanner.Token token;
    private int depth;

    private HclParser(string text)
    {
        scanner = new HclScanner(text);
        token = scanner.Next();
    }

    /// <summary>The whole text as one object.</summary>
    /// <exception cref="AclSyntaxException">It is no HCL.</exception>
    public static HclObject Parse(string text)
    {
        var parser = new HclParser(text);
        var items = parser.Items();
        if (parser.token.Kind != HclScanner.Kind.End) throw parser.Unexpected("a stanza such as key_prefix \"app/\"");
        return new HclObject(items);
    }

    private List<HclItem> Items()
    {
        var items = new List<HclItem>();
        while (token.Kind is HclScanner.Kind.Name or HclScanner.Kind.Text or HclScanner.Kind.Boolean)
        {
            items.Add(Item());
            if (token.Is(',')) Take();
        }
        return items;
    }

    private HclItem Item()
    {
        var keys = new List<HclKey>();
        while (token.Kind is HclScanner.Kind.Name or HclScanner.Kind.Text or HclScanner.Kind.Boolean)
        {
            keys.Add(new HclKey(token.Text, token.Line, token.Column));
            Take();
        }
        if (token.Is('{')) return new HclItem(keys, Object());
        if (!token.Is('=')) throw Unexpected($"{{ or = after {keys[0].Text}");
        if (keys.Count > 1) throw Unexpected($"{{ after the label of {keys[0].Text}: a stanza with a label takes no =");
        Take();
        return new HclItem(keys, Value());
    }

    private HclValue Value()
    {
        var here = token;
        switch (here.Kind)
        {
            case HclScanner.Kind.Text or HclScanner.Kind.Heredoc:
                Take();
                return new HclLiteral(here.Text, IsString: true) { Start = here.Start, End = here.End };
            case HclScanner.Kind.Number or HclScanner.Kind.Boolean:
                Take();
                return new HclLiteral(here.Text, IsString: false) { Start = here.Start, End = here.End };
            case HclScanner.Kind.Mark when here.Is('{'):
                return Object();
            case HclScanner.Kind.Mark when here.Is('['):
                return List();
            case HclScanner.Kind.Name:
                throw Unexpected($"a value; a word stands in double quotes: \"{here.Text}\"");
            default:
                throw Unexpected("a value");
        }
    }

    private HclObject Object()
    {
        Enter();
        var opened = token;
        Take();
        var items = Items();
        if (token.Kind == HclScanner.Kind.End) throw new AclSyntaxException("this { is never closed with }", opened.Line, opened.Column);
        if (!token.Is('}')) throw Unexpected("a name or }");
        Take();
        depth--;
        return new HclObject(items);
    }

    private HclList List()
    {
        Enter();
        Take();
        var elements = new List<HclValue>();
        while (!token.Is(']'))
        {
            elements.Add(Value());
            if (token.Is(',')) Take();
            else if (!token.Is(']')) throw Unexpected("a comma or ]");
        }
        Take();
        depth--;
        return new HclList(elements);
    }

    private void Enter()
    {
        if (++depth > Deepest) throw new AclSyntaxException("blocks are nested too deeply", token.Line, token.Column);
    }

    private void Take() => token = scanner.Next();

    private AclSyntaxException Unexpected(string wanted) => new($"expected {wanted}, found {token.Shown}", token.Line, token.Column);
}
