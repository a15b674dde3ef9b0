namespace ConsulKvTools.Kv.Reading;

/// <summary>What a reader says about a listing as a whole, kept until the listing is over.</summary>
internal sealed class ListingAnswer
{
    /// <summary>The last that was said; Found before anything was.</summary>
    public KvReadState State { get; private set; }

    /// <summary>What is wrong with it; null when nothing is.</summary>
    public ConsulFinding? Finding { get; private set; }

    /// <summary>True once something was listed; whoever takes the pieces says so.</summary>
    public bool Any { get; set; }

    /// <summary>What the token may not see all of; null when it sees all there is.</summary>
    public ConsulFinding? Hidden => State is KvReadState.Forbidden or KvReadState.Filtered ? Finding : null;

    /// <summary>Takes what the reader says.</summary>
    public void Take(KvReadState state, ConsulFinding? finding) => (State, Finding) = (state, finding);
}
