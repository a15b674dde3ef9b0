namespace ConsulKvTools.Diagnosis.Transport;

/// <summary>How listening to a connection ended.</summary>
internal enum Ending
{
    /// <summary>Nothing more came in time; the connection is still open.</summary>
    Silence,

    /// <summary>The far end closed in order (FIN).</summary>
    Closed,

    /// <summary>The far end reset the connection, or was not there at all.</summary>
    Reset,

    /// <summary>Something came, and that was enough.</summary>
    Answered,
}
