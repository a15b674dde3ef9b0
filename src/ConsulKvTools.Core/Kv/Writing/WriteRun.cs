using ConsulKvTools.Diagnosis;
using ConsulKvTools.Http;
using ConsulKvTools.Resilience;
using ConsulKvTools.Retries;
using ConsulKvTools.Telemetry;

namespace ConsulKvTools.Kv.Writing;

/// <summary>
/// One write on its way to a known outcome. An attempt whose answer was lost is asked after before anything else is sent; what is
/// asked and what the answer proves differs by kind and stands in the subclasses.
/// </summary>
internal abstract class WriteRun(ConsulKvSession session, ConsulKvWrite write)
{
    // While the circuit breaker is open, before it is tried again.
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(250);

    private readonly List<ConsulKvAttempt> attempts = [];
    private readonly List<ConsulFinding> notes = [];
    private long began;
    private RetryCourse course = null!;
    private CancellationToken caller;
    private bool prepared;
    private bool late;
    private int retries;
    private WriteTicket ticket;

    protected ConsulKvSession Session { get; } = session;

    protected ConsulKvWrite Write { get; } = write;

    /// <summary>What made an attempt ambiguous; null while every attempt's fate is known. Once set it stays: a late attempt may still land.</summary>
    protected Failure? Ambiguity { get; private set; }

    /// <summary>
    /// The greatest index of keys seen before the first attempt: what is not newer was there before us. Answers about other things do not
    /// count: a token's may come from another datacenter, whose raft counts for itself.
    /// </summary>
    protected ulong IndexBefore { get; private set; }

    /// <summary>
    /// Whether the attempt that is sent now could still change something after another one went through, should its answer be lost: false when
    /// it is bound to an index above 0, which never comes back.
    /// </summary>
    protected virtual bool CanLandLate => true;

    /// <summary>True when an attempt whose answer was lost could still take effect after this write has been reported written.</summary>
    protected virtual bool LateAttempt => late;

    /// <summary>Runs to the end. Never throws for what Consul or the network does.</summary>
    /// <param name="carried">What the write, or the transaction, carries.</param>
    /// <param name="cancellation">Stops it; what is known then is said.</param>
    /// <param name="earlier">What was done for this write before, in a transaction with others; null for the first attempt.</param>
    public async Task<ConsulKvWriteResult> RunAsync(WriteTicket carried, CancellationToken cancellation, EarlierAttempts? earlier = null)
    {
        ticket = carried;
        // Of this flow only: whoever called keeps its own.
        if (ticket.Span is not null) System.Diagnostics.Activity.Current = ticket.Span;
        began = earlier?.Began ?? Session.Time.GetTimestamp();
        IndexBefore = earlier?.IndexBefore ?? Session.HighestKeyIndex;
        if (earlier is not null)
        {
            attempts.AddRange(earlier.Attempts);
            retries = earlier.Retries;
            if (earlier.Ambiguity is { } open) Doubt(open);
        }
        course = new RetryCourse(Session, began);
        caller = cancellation;
        using var total = Deadline.In(course.Left, cancellation);
        Failure? last = null;
        (AttemptSequel Sequel, string? Reason) end;
        try
        {
            var run = await TryAsync(async token =>
            {
                var next = await NextAsync(token).ConfigureAwait(false);
                last = next.Failure ?? last;
                return next;
            }, total.Token).ConfigureAwait(false);
            if (run.Last.Settlement is { } settled) return Result(settled);
            end = course.Ended(run.End);
        }
        catch (OperationCanceledException)
        {
            end = cancellation.IsCancellationRequested ? (AttemptSequel.Cancelled, "not tried again: the caller gave up") : course.TimeUp;
            Follow(end);
            if (cancellation.IsCancellationRequested && Ambiguity is null)
                return Result(new Settlement(ConsulKvOutcome.Failed, ConsulFinding.Create("Outcome.Cancelled", ("key", Printable.Text(Write.Key))), null));
            // Time is up: what is known now is what can be said.
        }
        catch (CircuitOpenException open)
        {
            end = RetryCourse.CircuitOpen(open.RetryAfter);
            last ??= Classifier.CircuitOpen(Session, Write.Key, open.RetryAfter);
        }
        Follow(end);
        if (Ambiguity is not null && !total.IsCancellationRequested)
        {
            if (await LastWordAsync(last, total.Token).ConfigureAwait(false) is { } word) return Result(word);
            Follow(end);
        }
        var result = Result(Unsettled(last));
        // What would have been tried again says why it was not: the fault itself may be gone by now.
        return result.Outcome == ConsulKvOutcome.Failed && attempts.Count > 1 && end.Sequel is AttemptSequel.AttemptsUsedUp or AttemptSequel.TimeUp
            ? result with { Message = $"{result.Message} ({end.Reason})" } : result;
    }

    /// <summary>
    /// Takes steps until one settles the write, or the policy allows no further one. An open circuit is waited for while the write may have been
    /// stored and there is time.
    /// </summary>
    /// <exception cref="CircuitOpenException">The circuit is open, and nothing is in doubt or there is no time to wait.</exception>
    protected async Task<RetryResult<WriteStep>> TryAsync(Func<CancellationToken, Task<WriteStep>> step, CancellationToken cancellation)
    {
        long? waiting = null;
        while (true)
        {
            TimeSpan pause;
            try
            {
                return await Session.Executor.RunAsync(
                    (_, token) => step(token), taken => taken.Settlement is null ? Judge(taken) : default, MayPause, cancellation).ConfigureAwait(false);
            }
            catch (CircuitOpenException open) when (Ambiguity is not null && course.MayPause(open.RetryAfter ?? TimeSpan.Zero))
            {
                // The request that is let through first may be another's, which closes the circuit for all.
                pause = open.RetryAfter is { } left && left > TimeSpan.Zero && left < LookAgain ? left : LookAgain;
            }
            // What was not sent can be told at once. What may be stored has to be asked after, for which there is time.
            waiting ??= Session.Time.GetTimestamp();
            await Pause.ForAsync(pause, Session.Time, cancellation).ConfigureAwait(false);
            var waited = Session.Time.GetElapsedTime(waiting.Value);
            retries++;
            Follow((AttemptSequel.TriedAgain, RetryCourse.CircuitAwaited(waited)), waited);
        }
    }

    private Verdict Judge(WriteStep step)
    {
        var verdict = course.Judge(step.Failure, step.TryAgain);
        return step.IsQuestion ? verdict with { IsFree = true } : verdict;
    }

    /// <summary>The next request of this write.</summary>
    protected abstract ConsulRequest NextRequest();

    /// <summary>The next request in words.</summary>
    protected abstract string Action { get; }

    /// <summary>
    /// The caller's own number, from 1, and key of the operation that Consul named, counted from 0, in the transaction just sent; null where the
    /// caller counts as Consul does. A transaction also holds what was not asked for: checks, a marker.
    /// </summary>
    protected virtual (int Number, string Key)? AskedFor(int operation) => null;

    /// <summary>What the answer 200 says. The default reads Consul's <c>true</c> and <c>false</c>.</summary>
    protected virtual Task<WriteStep> OnAnswerAsync(ConsulResponse response, CancellationToken cancellation) => response.Text switch
    {
        "true" => Task.FromResult(WriteStep.Settled(ConsulKvOutcome.Written)),
        "false" => OnRefusedAsync(cancellation),
        _ => Task.FromResult(OnFailure(Unreadable(response, "the answer to a write is neither true nor false"))),
    };

    /// <summary>An answer 200 that is not Consul's: what became of the attempt is not known.</summary>
    protected static Failure Unreadable(ConsulResponse response, string problem) => new(
        ConsulFinding.Create("Http.BodyMalformed", ("body", Printable.Text(response.ShownText)), ("problem", problem)),
        WriteEffect.Ambiguous, RetryAdvice.AfterAsking, null, false, response.Status);

    /// <summary>Consul answered <c>false</c>: nothing was written by this attempt. The default sends the next one.</summary>
    protected virtual Task<WriteStep> OnRefusedAsync(CancellationToken cancellation) => Task.FromResult(WriteStep.Again);

    /// <summary>Asks what became of the ambiguous attempts. Settled, failed (the question got no answer), or null: go on with the next request.</summary>
    protected abstract Task<WriteStep?> AskAsync(CancellationToken cancellation);

    /// <summary>The attempt failed. The default leaves it to the failure's own advice.</summary>
    protected virtual Task<WriteStep> OnFailedAsync(Failure failure, ConsulResponse? response, CancellationToken cancellation) =>
        Task.FromResult(OnFailure(failure));

    /// <summary>Something to do before the first attempt; null when there is nothing.</summary>
    protected virtual Task<WriteStep?> PrepareAsync(CancellationToken cancellation) => Task.FromResult<WriteStep?>(null);

    /// <summary>A last chance to settle an ambiguous write; null when it stays open.</summary>
    protected virtual async Task<Settlement?> LastWordAsync(Failure? last, CancellationToken cancellation)
    {
        try
        {
            return (await AskAsync(cancellation).ConfigureAwait(false))?.Settlement;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>What to compare to find out later, as sentences that follow the command; the key is <paramref name="shown"/>.</summary>
    protected abstract string HowToTell(string shown);

    /// <summary>The command that shows what <see cref="HowToTell"/> speaks of.</summary>
    protected virtual string CommandToTell(string shown) => $"Get-ConsulKvConsistent -Key '{shown}'";

    /// <summary>Reads the key by consensus. Exactly one of entry, missing and failure is given.</summary>
    protected async Task<(ConsulKvEntry? Entry, bool Missing, WriteStep? Failed)> ReadAsync(string key, string why, CancellationToken cancellation)
    {
        var request = ConsulRequest.Get(KvKey.Path(key), "consistent") with { Id = ticket.Id };
        var time = TimeFor(request, cancellation);
        var started = Session.Time.GetTimestamp();
        try
        {
            var response = await Session.Http.SendAsync(request, time, caller).ConfigureAwait(false);
            if (!KvReader.KvQueryAnswers(response) || response.Status == 403)
            {
                var failure = Classifier.Classify(response, request, Session, key).For(Session);
                Note(why, started, failure);
                return (null, false, WriteStep.Failed(failure, failure.Retry != RetryAdvice.Never));
            }
            var answer = new KvReader(Session).Interpret(response, key, ConsulConsistency.Consistent);
            Note(why, started, null, response.Status);
            return (answer.Entry, answer.Entry is null, null);
        }
        catch (ConsulTransportException broken)
        {
            var failure = Classifier.Classify(broken, request, Session, key);
            Session.Remember(failure);
            Note(why, started, failure);
            failure = await CauseAsync(failure, time).ConfigureAwait(false);
            return (null, false, WriteStep.Failed(failure, failure.Retry != RetryAdvice.Never));
        }
        catch (ConsulException malformed)
        {
            var failure = new Failure(malformed.Finding, WriteEffect.NotApplied, RetryAdvice.AfterBackoff, null, false, null);
            Note(why, started, failure);
            return (null, false, WriteStep.Failed(failure, tryAgain: true));
        }
        catch (ObjectDisposedException) when (Session.IsDisposed)
        {
            var failure = Removed(why, started);
            return (null, false, WriteStep.Failed(failure, tryAgain: false));
        }
    }

    /// <summary>Sends one request and notes it in the timeline.</summary>
    protected async Task<(ConsulResponse? Response, Failure? Failure)> SendAsync(ConsulRequest request, string action, CancellationToken cancellation)
    {
        request = request with { Id = ticket.Id };
        var time = TimeFor(request, cancellation);
        var started = Session.Time.GetTimestamp();
        try
        {
            var response = await Session.Http.SendAsync(request, time, caller).ConfigureAwait(false);
            var failure = response.Status == 200 ? null : Classifier.Classify(response, request, Session, Write.Key).For(Session);
            Note(action, started, failure, response.Status, refused: failure is null && response.Text == "false");
            return (response, failure);
        }
        catch (ConsulTransportException broken)
        {
            var failure = Classifier.Classify(broken, request, Session, Write.Key);
            Session.Remember(failure);
            Note(action, started, failure);
            return (null, await CauseAsync(failure, time).ConfigureAwait(false));
        }
        catch (ObjectDisposedException) when (Session.IsDisposed)
        {
            return (null, Removed(action, started));
        }
        catch (OperationCanceledException stopped) when (stopped is not NotSentException)
        {
            // Stopped while under way: nobody will hear the answer any more.
            var failure = new Failure(ConsulFinding.Create("Outcome.UnknownTimeout", ("key", Printable.Text(Write.Key)), ("operation", request.Method)),
                WriteEffect.Ambiguous, RetryAdvice.AfterAsking, null, false, null);
            // What is sent before the first attempt carries nothing of what the caller asked for.
            if (request.IsWrite && prepared) Doubt(failure);
            Note(action, started, failure);
            throw;
        }
    }

    /// <summary>Nothing was sent: the session was removed while its writes were under way.</summary>
    private Failure Removed(string action, long started)
    {
        var finding = ConsulFinding.Create("Request.Invalid", ("key", Printable.Text(Write.Key)), ("source", "-Session"), ("problem", $"the session {Printable.Text(Session.Name)} was removed meanwhile; make a new one with New-ConsulKvSession"));
        var failure = new Failure(finding, WriteEffect.NotApplied, RetryAdvice.Never, null, false, null);
        Note(action, started, failure);
        return failure;
    }

    /// <summary>Something worth knowing about this write, should it go through.</summary>
    protected void Remark(string code, params (string Name, object? Value)[] evidence) =>
        notes.Add(ConsulFinding.Create(code, [("key", Printable.Text(Write.Key)), ("address", Session.Address), .. evidence]));

    /// <summary>What a failed attempt means for the next step.</summary>
    protected WriteStep OnFailure(Failure failure)
    {
        if (failure.Effect == WriteEffect.Ambiguous) Doubt(failure);
        return WriteStep.Failed(failure, failure.Retry != RetryAdvice.Never);
    }

    /// <summary>An attempt's answer was lost. Never called for what only prepares.</summary>
    protected virtual void Doubt(Failure failure)
    {
        Ambiguity ??= failure;
        late |= CanLandLate;
    }

    /// <summary>The id that requests go out with.</summary>
    protected Guid Id => ticket.Id;

    /// <summary>How often it was tried again.</summary>
    protected int Retries => retries;

    /// <summary>Timestamp of the beginning.</summary>
    protected long Began => began;

    /// <summary>Since the write began.</summary>
    protected TimeSpan Elapsed => Session.Time.GetElapsedTime(began);

    /// <summary>The write was not applied and cannot be any more: forget that it once was in doubt.</summary>
    protected void ClearAmbiguity() => Ambiguity = null;

    /// <summary>The outcome of a write that was given up.</summary>
    protected Settlement Unsettled(Failure? last)
    {
        if (Ambiguity is { } open)
            return new Settlement(ConsulKvOutcome.Unknown, open.Finding, null);
        var finding = last is null ? null : Acl.AclFault.Known(last.Finding, Session);
        finding ??= ConsulFinding.Create("Outcome.RetriesExhausted", ("key", Printable.Text(Write.Key)));
        var outcome = IsDenial(last?.Finding ?? finding) ? ConsulKvOutcome.Denied
            : finding.Code == "Txn.OpFailed" ? ConsulKvOutcome.Conflict
            : ConsulKvOutcome.Failed;
        return new Settlement(outcome, finding, null);
    }

    private async Task<WriteStep> NextAsync(CancellationToken cancellation)
    {
        if (!prepared && await PrepareAsync(cancellation).ConfigureAwait(false) is { } waiting) return waiting;
        prepared = true;
        if (Ambiguity is not null && await AskAsync(cancellation).ConfigureAwait(false) is { } asked) return asked.AsQuestion();
        var (response, failure) = await SendAsync(NextRequest(), Action, cancellation).ConfigureAwait(false);
        if (failure is not null) return await OnFailedAsync(InCallersNumbers(failure), response, cancellation).ConfigureAwait(false);
        try
        {
            return await OnAnswerAsync(response!, cancellation).ConfigureAwait(false);
        }
        catch (ConsulTransportException malformed)
        {
            // Status 200 and not Consul's words: who knows who answered, and whether the agent was asked at all.
            return OnFailure(new Failure(malformed.ToFinding(), WriteEffect.Ambiguous, RetryAdvice.AfterAsking, null, false, response!.Status));
        }
    }

    private Failure InCallersNumbers(Failure failure) =>
        failure.Finding.Evidence["number"] is int number && AskedFor(number - 1) is { } asked
            ? failure.With(("number", asked.Number), ("key", Printable.Text(asked.Key))) : failure;

    /// <summary>How long a request may take. Nothing is sent when no time is left.</summary>
    private TimeSpan TimeFor(ConsulRequest request, CancellationToken cancellation)
    {
        var time = request.IsWrite ? course.AttemptTime : course.QuestionTime;
        return time > TimeSpan.Zero ? time : throw new NotSentException(new TimeoutException(), cancellation);
    }

    /// <summary>A failure that hides a missing leader, by that name.</summary>
    private async Task<Failure> CauseAsync(Failure failure, TimeSpan time)
    {
        if (!LeaderHold.MayHide(failure, time)) return failure;
        var started = Session.Time.GetTimestamp();
        var cause = await LeaderHold.AskAsync(Session, failure, course.Left, caller).ConfigureAwait(false);
        if (cause is not null) Note("ask for the leader", started, cause);
        return cause ?? failure;
    }

    private bool MayPause(WriteStep step, TimeSpan pause)
    {
        if (!course.MayPause(pause)) return false;
        var reason = course.Again(pause);
        retries++;
        Follow((AttemptSequel.TriedAgain, reason), pause);
        if (attempts.Count > 0) Session.Observer?.TriedAgain($"{attempts[attempts.Count - 1].Action} {Printable.Text(Write.Key, 200)}", step.Failure, reason);
        return true;
    }

    /// <summary>Says of the last step what follows it.</summary>
    private void Follow((AttemptSequel Sequel, string? Reason) next, TimeSpan? pause = null)
    {
        if (attempts.Count > 0)
            attempts[attempts.Count - 1] = attempts[attempts.Count - 1] with { Sequel = next.Sequel, Reason = next.Reason, Pause = pause > TimeSpan.Zero ? pause : null };
    }

    /// <summary>Notes one step in the timeline.</summary>
    protected void Note(string action, long started, Failure? failure, int? status = null, bool refused = false)
    {
        if (attempts.Count > 0 && attempts[attempts.Count - 1] is { Sequel: AttemptSequel.Settled }) Follow((AttemptSequel.WentOn, "then: " + action));
        attempts.Add(new ConsulKvAttempt
        {
            Number = attempts.Count + 1,
            Action = action,
            RequestId = ticket.Id,
            StartedAfter = Session.Time.GetElapsedTime(began, started),
            Duration = Session.Time.GetElapsedTime(started),
            Status = status ?? failure?.Status,
            Code = failure?.Code,
            Advice = failure?.Retry,
            Effect = failure?.Effect ?? (refused ? WriteEffect.NotApplied : WriteEffect.Applied),
        });
    }

    /// <summary>The bytes that a write was to store; null for a removal.</summary>
    protected static int? ValueSizeOf(ConsulKvWrite write) => KvTransaction.HasValue(write.Kind) ? write.Value.Length : null;

    /// <summary>The result of this run for one of its writes.</summary>
    protected ConsulKvWriteResult ResultOf(ConsulKvWrite write, Settlement settled)
    {
        var finding = settled.Finding;
        var unknown = settled.Outcome == ConsulKvOutcome.Unknown;
        var shown = Printable.Text(write.Key, 120).Replace("'", "''");
        if (Ambiguity is not null && settled.Outcome == ConsulKvOutcome.Written && LateAttempt) Remark("Outcome.LateAttempt");
        return new ConsulKvWriteResult
        {
            Key = write.Key,
            Kind = write.Kind,
            ValueSize = ValueSizeOf(write),
            OperationId = ticket.Id,
            Retries = retries,
            Outcome = settled.Outcome,
            Finding = finding,
            Message = unknown ? $"{finding!.Title}. It is not known whether this write was stored." : finding?.Title,
            Remedy = unknown
                ? $"Run {CommandToTell(shown)} once the cluster answers, before writing again. {HowToTell(shown)} Invoke-ConsulDiagnosis says why there was no answer."
                : finding?.Remedy,
            ModifyIndex = settled.Index,
            Attempts = attempts.ToArray(),
            Notes = settled.Outcome is ConsulKvOutcome.Written or ConsulKvOutcome.Unchanged ? notes.ToArray() : [],
            Duration = Elapsed,
            Began = began,
            Session = Session.Name,
            Origin = Session,
        };
    }

    private ConsulKvWriteResult Result(Settlement settled) => ResultOf(Write, settled);

    private static bool IsDenial(ConsulFinding finding) =>
        finding.Layer == ConsulLayer.Acl || finding.Code is "Agent.WriteCidr" or "Agent.EndpointBlocked";
}
