"""Words that are no names: the common ones of English, and those people use when they book tables."""

from __future__ import annotations

from nlu.reading.words import words

COMMON = words("""
k n y undo undone restore revert
a able about above abroad accept access accident according account across actually add added address adult adults afraid
after afternoon again age ago agree ah ahead all allergic allergies allergy allow allowed almost alone along already
alright also alternative although always am amazing amend an and another answer any anybody anymore anyone anything anyway
anywhere apologies apologize appointment appreciate approximately are area arent around arrange arrival arrive arrived
arriving as ask asked asking at attend attending available availability avoid aware away awesome babies baby back bad bar
be because become been before beg begin behalf behind being believe best better between big bit block bloody bonjour book
booked booking bookings both bother bottle boy bring bringing brother brunch business busy but by bye cake call called
calling calls came can canceled cancel cancelation cancellation cancelled cannot cant car card care case celebrate
celebrating celebration center central certain certainly chair chairs chance change changed changing chat cheap check
cheers child children choice choose chose city class clear close closed club coffee colleague colleagues come comes coming
company complain completely confirm confirmation confirmed confirming confused contact continue cool correct correctly cost
could couldnt count couple course cousin cousins cover covers crap crazy cuisine currently customer dad damn date dates
daughter day days deal dear decide decided deck definitely delay delayed delete deliver dessert did didnt diet different
difficult dinner disabled discount dish do does doesnt dog doing done dont door double doubt down downtown dress drink
drinks drive driving due during each earlier earliest early easier easy eat eating eight either else elsewhere email
emergency end english enjoy enough enquire enter entire error especially even evening evenings event eventually ever every
everybody everyone everything evil exactly excellent except excuse exist expect expecting expensive extra eye fabulous fact
fail family fan fancy fantastic far fast father favor favorite favourite feel few fewer figure final finally find fine first
fish fit five fix floor folks following food foolish for forget forgot forgotten form fortunately forward found four free
fresh friday friend friendly friends from front fuck fucking full fully fun further garden gave get gets getting girl
girlfriend give given giving glad gluten go god goes going gone gonna good goodbye google got gotta grab grandma great group
groups guess guest guests guy guys had half halal hang happen happened happens happy hard has hasnt hate have havent having
he head health hear heard heating heh hell hello help helpful helping hence her here hers hes hey hi high him himself his
hold holiday home honest hook hope hopefully hoping host hot hotel hour hours house how however huge human hungry hurry
husband i id idea idiot if ill im imagine immediately important in inc include including incorrect indeed indoors info
inform information inside instead intend interested interesting into inquire is isnt issue it items its itself ive job join
joining joke just keen keep kept kid kids kind kindly knew know known lack ladies lady large last late later latest leave
leaving left legal less let lets letting like likely limit line list listed literally little live located location lol long
longer look looked looking looks lose lost lot lots loud love lovely low luck lunch ma maam machine mad made main make makes
making man manage manager many map match mate matter max maximum may maybe me meal mean means meant meat meet meeting member
members mention menu message met might million min mind mine minimum minute minutes miss missed mistake misunderstood mixed
modify mom moment monday money month months more morning most mother mouth move moved moving mr mrs ms much multiple mum
music must my myself na name named names near nearby necessary need needed needing needs neither never new next nice night
nights nine no nobody noise none noon nope nor normal not note nothing notice now number numbers obviously occasion of off
offer offers often oh ok okay old on once one ones only oops open opening opens opinion opposite option options or order
organise organize original other others otherwise ought our ours out outdoor outdoors outside over own owner pain paper
pardon parents park parking part particular particularly partner party pass past patio pay pending people per perfect
perfectly perhaps period permission person persons personal phone pick picked piece pizza place places plan planned planning
plans please plus point police poor popular porch possible possibly post prefer preferable preferably preferred prepare
present presume pretty previous price prices private probably problem proceed provide public purpose push put puts quarter
question questions quick quickly quiet quite ran rang range rate rather rating reach reached read ready real realized really
reason received recently recommend record ref reference refund regarding regards relating remember remind remove repeat
reply request requested require required reschedule rescheduled reservation reservations reserve reserved reserving respond
rest restaurant restaurants return review ridiculous right robot room round rude ruin run running runnin sad safe said sake
same sandwich saturday save saw say saying says schedule scheduled school screen seafood search seat seated seating seats
second secondly section see seeing seek seeking seem seems seen send sent separate serious seriously serve serves service
set seven several shall share she shes ship shit short should show sick side sign simple since sincerely sir sister sit
sitting situation six size slight slightly slot small smoking so soda some somebody someone something sometime sometimes
somewhere son soon sooner sorry sort sorted sound sounds space speak speaking special specific spell spend spoke spot
spots staff standing start starting state stay step still stop stopped story straight street stuck stuff stupid such suck
sucks suddenly suggest suitable sunday super supper suppose supposed sure surely surname surprise switch system table tables
take taken takes taking talk talking taste tell ten terrace terrible test text than thank thanks that thatll thats the their
theirs them then there therefore theres these they theyre theyve thing things think thinking third this those though thought
thousand three through thursday thus til till time times tired to today together told tomorrow tonight too took top topic
total totally touch toward towards town toy traffic travel traveling treat tried trouble true trust try trying tuesday turn
twelve twice two type typically ugh um unable uncle under understand understood unfortunately unless unlike until up update
updated upset us use used useful using usual usually valid various vegan vegetarian very via view visit visiting vote wait
waiting wake walk wanna want wanted wanting wants was wasnt waste watch water way we weather website wedding wednesday week
weekend weeks weird welcome well went were weren werent what whatever wheelchair when whenever where wherever whether which
while who whole whom whose why wife will willing window wine wish wishes with within without woman women wonder wonderful
wondering wont word words work working works world worry worse would wouldnt write writing wrong ya yay yeah year years yep
yes yesterday yet you youd youll young your youre yours yourself yup zero
r u ur n b c k y cnt sry idk huh useless whats wheres hows whos whens cheapest latest nearest closest hungry wifes pregnant oops
wrong button cannot dont doesnt isnt hows thats heres whys okey yea yess nooo pls tho cos bcos wat wot dis dat gud nite luv
venue hotel suggestions suggestion recommendation recommendations matching options adress addres adddress locations
usual note gran grandad seem grow increase reduce correction scratch corner shade heater birthday candle raw fish pasta rice
pm am st nd rd th oclock asap thx thnx ty thankyou plz pls lemme gimme cuz coz gonna wanna dunno hmm hm uh er yo sup hiya
morning afternoon greetings hola ciao bonjour merci gracias danke hallo salut namaste everybody everyone dude bro mate buddy
mister miss madam sirs gents folks moreover btw fyi idk imo omg wtf lmao haha hahaha hehe nah aye aight alrighty ps ie eg
italian mexican chinese japanese thai indian french greek american korean vietnamese spanish turkish lebanese burger burgers
sushi pasta steak steakhouse curry noodles bbq barbecue tapas vegan kosher birthday anniversary grill cafe bistro kitchen
january february march april june july august september october november december mon tue wed thu fri sat sun
lactose intolerant diabetic pregnant parking wifi toilet valet dress code stars rated outdoors indoor hungry thirsty bored
roughly onwards onward ta gday lookin bookin anythin somethin nothin goin x shift shifted bump bumped swap swapped pushed
postpone postponed adjust amend visiting sharp tabl
boss client clients team office company event details detail starter dessert quarter half noon midnight lunchtime dinnertime
rain raining rainy snow snowing sunny storm stormy windy cold chilly freezing cloudy humid mosquitoes noisy weather
""")
