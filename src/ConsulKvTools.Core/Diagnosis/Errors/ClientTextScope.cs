namespace ConsulKvTools.Diagnosis.Errors;

/// <summary>Where a client's text means what its row says.</summary>
internal enum ClientTextScope
{
    /// <summary>Wherever it stands, unless the text is about another program.</summary>
    Anywhere,

    /// <summary>Only where something else says that Consul is meant: its name, its port, a path of its API.</summary>
    Consul,

    /// <summary>As <see cref="Consul"/>, or when the message says nothing else at all.</summary>
    Whole,

    /// <summary>An answer's body that counts only when it holds Consul's own words.</summary>
    Words,

    /// <summary>In the agent's own log: its lines name the part that speaks, such as <c>agent.client</c>.</summary>
    Agent,
}
