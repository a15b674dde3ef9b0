namespace ConsulKvTools.Diagnosis;

/// <summary>The requests a text of Consul's belongs to.</summary>
internal enum ServerTextScope
{
    /// <summary>Every request.</summary>
    Any,

    /// <summary>Requests that change data.</summary>
    Write,

    /// <summary>Requests that change nothing.</summary>
    Read,

    /// <summary><c>/v1/txn</c>, and the errors of its operations.</summary>
    Txn,

    /// <summary><c>/v1/session</c>.</summary>
    Session,
}
