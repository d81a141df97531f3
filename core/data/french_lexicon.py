"""Words of the controlled English-French sentences in `controlled_french.py`, of our own choice, with their translations.

An entry is "English=French"; a noun's gender follows it ("house=maison/f"). Forms that `controlled_french` can't derive
are written out after it.
"""

from core.data.lexicon import words


def entries(listed: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of a list of "English=French" that line ends or commas separate."""
    found = (entry.strip() for entry in listed.replace("\n", ",").split(","))
    return tuple((english, french) for english, _, french in (entry.partition("=") for entry in found if entry))


# Nouns: people who act, things that are owned and moved, places, what is written, groups, what has no body.
PEOPLE = entries("""
    man=homme/m, woman=femme/f, boy=garçon/m, girl=fille/f, child=enfant/m, teacher=professeur/m, student=étudiant/m
    doctor=médecin/m, nurse=infirmière/f, lawyer=avocat/m, judge=juge/m, farmer=agriculteur/m, driver=conducteur/m
    pilot=pilote/m, soldier=soldat/m, writer=écrivain/m, singer=chanteuse/f, actor=acteur/m, painter=peintre/m
    cook=cuisinier/m, neighbour=voisin/m, friend=ami/m, brother=frère/m, sister=sœur/f, mother=mère/f, father=père/m
    uncle=oncle/m, aunt=tante/f, cousin=cousin/m, son=fils/m, daughter=fille/f, king=roi/m, queen=reine/f
    prince=prince/m, president=président/m, minister=ministre/m, mayor=maire/m, worker=ouvrier/m, manager=gérant/m
    director=directeur/m, engineer=ingénieur/m, scientist=scientifique/m, reporter=reporter/m, journalist=journaliste/m
    artist=artiste/m, musician=musicien/m, player=joueur/m, captain=capitaine/m, policeman=policier/m
    prisoner=prisonnier/m, witness=témoin/m, victim=victime/f, customer=client/m, visitor=visiteur/m, tourist=touriste/m
    historian=historien/m, poet=poète/m, priest=prêtre/m, colleague=collègue/m, secretary=secrétaire/m
    researcher=chercheur/m, expert=expert/m, leader=dirigeant/m, citizen=citoyen/m, candidate=candidat/m
    author=auteur/m, user=utilisateur/m, passenger=passager/m, traveller=voyageur/m
""")
ANIMALS = entries("""
    dog=chien/m, cat=chat/m, horse=cheval/m, cow=vache/f, pig=cochon/m, bird=oiseau/m, fish=poisson/m, rabbit=lapin/m
    fox=renard/m, wolf=loup/m, bear=ours/m, lion=lion/m, elephant=éléphant/m, monkey=singe/m, snake=serpent/m
    bee=abeille/f, mouse=souris/f, goat=chèvre/f
""")
THINGS = entries("""
    book=livre/m, letter=lettre/f, newspaper=journal/m, magazine=magazine/m, map=carte/f, photograph=photographie/f
    picture=image/f, painting=tableau/m, key=clé/f, door=porte/f, window=fenêtre/f, table=table/f, chair=chaise/f
    bed=lit/m, lamp=lampe/f, mirror=miroir/m, carpet=tapis/m, box=boîte/f, bag=sac/m, basket=panier/m
    bottle=bouteille/f, cup=tasse/f, glass=verre/m, plate=assiette/f, knife=couteau/m, spoon=cuillère/f, clock=horloge/f
    watch=montre/f, ring=bague/f, coat=manteau/m, shirt=chemise/f, dress=robe/f, hat=chapeau/m, shoe=chaussure/f
    umbrella=parapluie/m, car=voiture/f, bus=bus/m, train=train/m, boat=bateau/m, plane=avion/m, bicycle=bicyclette/f
    truck=camion/m, engine=moteur/m, wheel=roue/f, tool=outil/m, machine=machine/f, computer=ordinateur/m
    telephone=téléphone/m, camera=caméra/f, ticket=billet/m, passport=passeport/m, gift=cadeau/m, toy=jouet/m, ball=balle/f
    guitar=guitare/f, piano=piano/m, candle=bougie/f, stone=pierre/f, flag=drapeau/m, statue=statue/f, pencil=crayon/m
    notebook=cahier/m, stamp=timbre/m, pillow=oreiller/m, tree=arbre/m, flower=fleur/f, wall=mur/m
    screen=écran/m, button=bouton/m, file=fichier/m, document=document/m, page=page/f, word=mot/m, image=image/f
    phone=téléphone/m, sentence=phrase/f, road=route/f, roof=toit/m, garden=jardin/m, cake=gâteau/m, apple=pomme/f
    orange=orange/f, egg=œuf/m, sandwich=sandwich/m
""")
FOOD = entries("""
    bread=pain/m, cheese=fromage/m, butter=beurre/m, milk=lait/m, meat=viande/f, soup=soupe/f, rice=riz/m, salad=salade/f
    coffee=café/m, tea=thé/m, juice=jus/m, water=eau/f, wine=vin/m, beer=bière/f, sugar=sucre/m, salt=sel/m, honey=miel/m
    chocolate=chocolat/m
""")
PLACES = entries("""
    house=maison/f, room=chambre/f, kitchen=cuisine/f, garden=jardin/m, school=école/f, university=université/f
    library=bibliothèque/f, museum=musée/m, theatre=théâtre/m, cinema=cinéma/m, hospital=hôpital/m, church=église/f
    castle=château/m, palace=palais/m, office=bureau/m, factory=usine/f, shop=magasin/m, market=marché/m
    restaurant=restaurant/m, hotel=hôtel/m, bank=banque/f, station=gare/f, airport=aéroport/m, harbour=port/m
    bridge=pont/m, street=rue/f, square=place/f, park=parc/m, forest=forêt/f, river=rivière/f, lake=lac/m
    mountain=montagne/f, valley=vallée/f, island=île/f, beach=plage/f, field=champ/m, farm=ferme/f, village=village/m
    town=ville/f, city=ville/f, country=pays/m, border=frontière/f, tower=tour/f, prison=prison/f, stadium=stade/m
    bakery=boulangerie/f, laboratory=laboratoire/m, desert=désert/m, hill=colline/f, building=bâtiment/m, world=monde/m
""")
DOCUMENTS = entries("""
    agreement=accord/m, treaty=traité/m, contract=contrat/m, law=loi/f, report=rapport/m, plan=plan/m, budget=budget/m
    proposal=proposition/f, document=document/m, declaration=déclaration/f, decision=décision/f, programme=programme/m
    project=projet/m, study=étude/f, article=article/m, list=liste/f, rule=règle/f, reform=réforme/f, speech=discours/m
    answer=réponse/f, question=question/f, story=histoire/f, poem=poème/m, novel=roman/m, film=film/m
    message=message/m, letter=lettre/f, text=texte/m, book=livre/m, constitution=constitution/f, pact=pacte/m
    convention=convention/f
""")
BODIES = entries("""
    government=gouvernement/m, parliament=parlement/m, council=conseil/m, committee=comité/m, commission=commission/f
    court=tribunal/m, ministry=ministère/m, company=entreprise/f, party=parti/m, association=association/f, team=équipe/f
    family=famille/f, agency=agence/f, army=armée/f, press=presse/f, bank=banque/f, union=syndicat/m
""")
ABSTRACT = entries("""
    problem=problème/m, idea=idée/f, reason=raison/f, cause=cause/f, result=résultat/m, change=changement/m
    crisis=crise/f, war=guerre/f, peace=paix/f, conflict=conflit/m, attack=attaque/f, election=élection/f
    campaign=campagne/f, meeting=réunion/f, debate=débat/m, discussion=discussion/f, negotiation=négociation/f
    strike=grève/f, celebration=célébration/f, festival=festival/m, concert=concert/m, game=jeu/m, race=course/f
    journey=voyage/m, visit=visite/f, accident=accident/m, fire=incendie/m, storm=tempête/f, disease=maladie/f, price=prix/m
    tax=impôt/m, cost=coût/m, debt=dette/f, industry=industrie/f, economy=économie/f, society=société/f, culture=culture/f
    language=langue/f, history=histoire/f, education=éducation/f, health=santé/f, freedom=liberté/f, justice=justice/f
    right=droit/m, duty=devoir/m, power=pouvoir/m, success=succès/m, victory=victoire/f, danger=danger/m, risk=risque/m
    hope=espoir/m, dream=rêve/m, promise=promesse/f, mistake=erreur/f, secret=secret/m, truth=vérité/f, lie=mensonge/m
    technology=technologie/f, science=science/f, policy=politique/f, development=développement/m, growth=croissance/f
    climate=climat/m, energy=énergie/f, trade=commerce/m, market=marché/m, music=musique/f, work=travail/m, life=vie/f
    system=système/m, model=modèle/m, method=méthode/f, translation=traduction/f, network=réseau/m
""")
AREAS = entries("""
    area=zone/f, zone=zone/f, community=communauté/f, union=union/f, market=marché/m, fund=fonds/m, bank=banque/f
    council=conseil/m, court=cour/f, agency=agence/f, policy=politique/f, conference=conférence/f
    organisation=organisation/f, federation=fédération/f, commission=commission/f, programme=programme/m
    system=système/m, network=réseau/m, alliance=alliance/f, assembly=assemblée/f, institute=institut/m
    treaty=traité/m, crisis=crise/f, centre=centre/m
""")

# Adjectives. Those of the first list stand before a French noun, the others behind it. Other forms: feminine, then
# (before vowels) another masculine.
BEFORE = entries("""
    good=bon/bonne, great=grand, big=grand, large=grand, small=petit, little=petit, old=vieux/vieille/vieil
    new=nouveau/nouvelle/nouvel, beautiful=beau/belle/bel, young=jeune, long=long/longue, bad=mauvais, first=premier
    last=dernier
""")
QUALITY = entries("""
    short=court, modern=moderne, ancient=ancien, slow=lent, fast=rapide, strong=fort, weak=faible, heavy=lourd
    light=léger, dark=sombre, clean=propre, dirty=sale, empty=vide, full=plein, rich=riche, poor=pauvre
    expensive=cher, free=libre, quiet=calme, angry=furieux, happy=heureux, sad=triste, tired=fatigué, proud=fier
    polite=poli, honest=honnête, brave=courageux, intelligent=intelligent, stupid=stupide, cruel=cruel, serious=sérieux
    funny=drôle, strange=étrange, famous=célèbre, unknown=inconnu, popular=populaire, important=important
    necessary=nécessaire, possible=possible, impossible=impossible, difficult=difficile, easy=facile, simple=simple
    complex=complexe, dangerous=dangereux, safe=sûr, useful=utile, useless=inutile, ugly=laid, warm=chaud, hot=chaud
    cold=froid, dry=sec/sèche, sweet=doux/douce, bitter=amer, hard=dur, soft=mou/molle, round=rond, flat=plat
    deep=profond, narrow=étroit, wide=large, thick=épais/épaisse, closed=fermé, open=ouvert, secret=secret/secrète
    public=public/publique, private=privé, rare=rare, perfect=parfait, terrible=terrible, wonderful=merveilleux
    excellent=excellent, boring=ennuyeux, interesting=intéressant, surprising=surprenant, lazy=paresseux
    patient=patient, nervous=nerveux, curious=curieux, independent=indépendant, recent=récent, real=réel
    false=faux/fausse, correct=correct, wrong=faux/fausse, ready=prêt, sick=malade, clear=clair, special=spécial
    main=principal, current=actuel, different=différent, automatic=automatique, fragile=fragile, broken=cassé
""")
COLOURS = entries("""
    red=rouge, blue=bleu, green=vert, yellow=jaune, black=noir, white=blanc/blanche, grey=gris, brown=brun, golden=doré
    purple=violet/violette
""")
ORIGINS = entries("""
    European=européen, American=américain, African=africain, Asian=asiatique, British=britannique, French=français
    German=allemand, Italian=italien, Spanish=espagnol, Portuguese=portugais, Brazilian=brésilien, Russian=russe
    Chinese=chinois, Japanese=japonais, Indian=indien, Turkish=turc/turque, Greek=grec/grecque, Polish=polonais
    Swedish=suédois, Dutch=néerlandais, Irish=irlandais, Mexican=mexicain, Canadian=canadien, Egyptian=égyptien
    Swiss=suisse, Belgian=belge
""")
FIELDS = entries("""
    economic=économique, political=politique, social=social, cultural=culturel, military=militaire, financial=financier
    industrial=industriel, agricultural=agricole, scientific=scientifique, medical=médical, legal=juridique
    national=national, international=international, regional=régional, local=local, royal=royal, monetary=monétaire
    commercial=commercial, historical=historique, natural=naturel, technical=technique
    environmental=environnemental, digital=numérique, religious=religieux, central=central, federal=fédéral
    nuclear=nucléaire, global=mondial, democratic=démocratique
""")
# What a noun says of the noun behind it; in French, behind it with "de".
MATTERS = entries("""
    peace=de paix, security=de sécurité, health=de santé, energy=d'énergie, defence=de défense, research=de recherche
    trade=de commerce, education=d'éducation, development=de développement, climate=sur le climat, work=de travail
    family=de famille, history=d'histoire, science=de sciences, budget=de budget, language=de langue
""")

# Verbs: English base/third/past/participle as `controlled.verb` reads them, then French: infinitive, participle, and
# for verbs not in -er the present he and they have.
ON_THINGS = entries("""
    see/sees/saw/seen=voir vu voit voient, find/-/found=trouver, lose/-/lost=perdre perdu perd perdent
    buy/-/bought=acheter acheté achète achètent, sell/-/sold=vendre vendu vend vendent, steal/-/stole/stolen=voler
    hide/-/hid/hidden=cacher, break/-/broke/broken=casser, clean=nettoyer nettoyé nettoie nettoient, repair=réparer
    open=ouvrir ouvert ouvre ouvrent, close=fermer, bring/-/brought=apporter, take/-/took/taken=prendre pris prend prennent
    keep/-/kept=garder, throw/-/threw/thrown=jeter jeté jette jettent, push/-/-=pousser, pull=tirer, use=utiliser
    check=vérifier, choose/-/chose/chosen=choisir choisi choisit choisissent, forget/-/forgot/forgotten=oublier
    want=vouloir voulu veut veulent, like=aimer, love=aimer, hate=détester, show/-/-/shown=montrer, touch/-/-=toucher
    destroy=détruire détruit détruit détruisent, build/-/built=construire construit construit construisent
    order=commander, borrow=emprunter, sell/-/sold=vendre vendu vend vendent, paint=peindre peint peint peignent
    draw/-/drew/drawn=dessiner, move=déplacer, count=compter, print=imprimer, delete=supprimer, save=enregistrer
    hold/-/held=tenir tenu tient tiennent, carry/-/carried=porter, watch/-/-=regarder, describe=décrire décrit décrit décrivent
""")
ON_FOOD = entries("""
    eat/-/ate/eaten=manger, buy/-/bought=acheter acheté achète achètent, prepare=préparer, want=vouloir voulu veut veulent
    like=aimer, sell/-/sold=vendre vendu vend vendent, taste=goûter, bring/-/brought=apporter, order=commander
    drink/-/drank/drunk=boire bu boit boivent
""")
ON_PEOPLE = entries("""
    see/sees/saw/seen=voir vu voit voient, meet/-/met=rencontrer, know/-/knew/known=connaître connu connaît connaissent
    help=aider, call=appeler appelé appelle appellent, invite=inviter, follow=suivre suivi suit suivent
    love=aimer, hate=détester, admire=admirer, thank=remercier, watch/-/-=regarder, hear/-/heard=entendre entendu entend entendent
    understand/-/understood=comprendre compris comprend comprennent, attack=attaquer, protect=protéger protégé protège protègent
    arrest=arrêter, accuse=accuser, support=soutenir soutenu soutient soutiennent, wait:for=attendre attendu attend attendent
    look:for=chercher, listen:to=écouter, surprise=surprendre surpris surprend surprennent, ignore=ignorer, find/-/found=trouver
    elect=élire élu élit élisent
""")
ON_DOCUMENTS = entries("""
    read/-/read=lire lu lit lisent, write/-/wrote/written=écrire écrit écrit écrivent, sign=signer, publish/-/-=publier
    approve=approuver, reject=rejeter rejeté rejette rejettent, discuss/-/-=discuter, accept=accepter, present=présenter
    prepare=préparer, finish/-/-=finir fini finit finissent, change=changer, criticise=critiquer, explain=expliquer
    study/-/studied=étudier, translate=traduire traduit traduit traduisent, send/-/sent=envoyer envoyé envoie envoient
    receive=recevoir reçu reçoit reçoivent, correct=corriger, announce=annoncer, propose=proposer, adopt=adopter
    negotiate=négocier, ratify/-/ratified=ratifier
""")
ON_BODIES = entries("""
    create=créer, establish/-/-=établir établi établit établissent, found=fonder, reform=réformer
    support=soutenir soutenu soutient soutiennent, criticise=critiquer, organise=organiser
    join=rejoindre rejoint rejoint rejoignent, sign=signer, control/-/controlled=contrôler, finance=financer
""")
OF_EVENTS = entries("""
    cause=causer, change=changer, begin/-/began/begun=commencer, continue=continuer, solve=résoudre résolu résout résolvent
    prevent=empêcher, explain=expliquer, stop/-/stopped=arrêter, threaten=menacer, influence=influencer
    improve=améliorer, study/-/studied=étudier, show/-/-/shown=montrer, analyse=analyser, create=créer
""")
ALONE = entries("""
    sleep/-/slept=dormir dormi dort dorment, laugh=rire ri rit rient, cry/-/cried=pleurer, work=travailler
    sing/-/sang/sung=chanter, dance=danser, eat/-/ate/eaten=manger, jump=sauter, speak/-/spoke/spoken=parler
    smile=sourire souri sourit sourient, shout=crier, swim/-/swam/swum=nager, wait=attendre attendu attend attendent
    win/-/won=gagner, disappear=disparaître disparu disparaît disparaissent, play=jouer, walk=marcher, travel/-/travelled=voyager
""")
TO_PLACES = entries("""
    go/goes/went/gone=aller allé va vont, come/-/came/come=venir venu vient viennent, return=retourner
""")
SAYING = entries("""
    say/-/said=dire dit dit disent, think/-/thought=penser, know/-/knew/known=savoir su sait savent
    believe=croire cru croit croient, announce=annoncer, explain=expliquer
    forget/-/forgot/forgotten=oublier, hope=espérer espéré espère espèrent, discover=découvrir découvert découvre découvrent
""")

PRONOUNS = entries("I=je, you=vous, he=il, she=elle, we=nous, they=ils")
NAMES = entries("""
    Anna=Anna, Maria=Maria, Peter=Peter, John=John, Paul=Paul, Clara=Clara, David=David, Thomas=Thomas, Laura=Laura
    Sofia=Sofia, Martin=Martin, Lucas=Lucas, Alice=Alice, Julia=Julia, Emma=Emma, Robert=Robert, Victor=Victor
    Sarah=Sarah, Simon=Simon, Louise=Louise, Tom=Tom, Mary=Mary
""")
WOMEN = words("Anna Maria Clara Laura Sofia Alice Julia Emma Sarah Louise Mary she")
LANDS = entries("""
    in London=à Londres, in Paris=à Paris, in Madrid=à Madrid, in Rome=à Rome, in Berlin=à Berlin, in Vienna=à Vienne
    in Athens=à Athènes, in Moscow=à Moscou, in Brussels=à Bruxelles, in Geneva=à Genève, in Lisbon=à Lisbonne
    in Tokyo=à Tokyo, in Beijing=à Pékin, in Washington=à Washington, in Montreal=à Montréal, in France=en France
    in Germany=en Allemagne, in England=en Angleterre, in Spain=en Espagne, in Italy=en Italie, in Greece=en Grèce
    in Poland=en Pologne, in Russia=en Russie, in China=en Chine, in Japan=au Japon, in India=en Inde, in Brazil=au Brésil
    in Canada=au Canada, in Portugal=au Portugal, in Mexico=au Mexique, in Egypt=en Égypte, in Europe=en Europe
    in Africa=en Afrique, in the United States=aux États-Unis, in Switzerland=en Suisse, in Belgium=en Belgique
""")
MONTHS = entries("""
    January=janvier, February=février, March=mars, April=avril, May=mai, June=juin, July=juillet, August=août
    September=septembre, October=octobre, November=novembre, December=décembre
""")
DAYS = entries("""
    Monday=lundi, Tuesday=mardi, Wednesday=mercredi, Thursday=jeudi, Friday=vendredi, Saturday=samedi, Sunday=dimanche
""")
WHEN = entries("""
    yesterday=hier, today=aujourd'hui, last week=la semaine dernière, last year=l'année dernière, last month=le mois dernier
    every day=tous les jours, every morning=tous les matins, this evening=ce soir, in the morning=le matin
    at night=la nuit, after lunch=après le déjeuner, before dinner=avant le dîner, two years ago=il y a deux ans
    a week ago=il y a une semaine, for many years=pendant de nombreuses années, during the winter=pendant l'hiver
    in the summer=en été, at the weekend=le week-end, after the war=après la guerre, before the meeting=avant la réunion
    on Monday morning=lundi matin, at the same time=en même temps, once a year=une fois par an, last night=hier soir
    ten years ago=il y a dix ans, a few days ago=il y a quelques jours, in the afternoon=l'après-midi, at noon=à midi
""")
NUMBERS = entries("""
    two=deux, three=trois, four=quatre, five=cinq, six=six, seven=sept, eight=huit, nine=neuf, ten=dix, twelve=douze
    fifteen=quinze, twenty=vingt, thirty=trente, fifty=cinquante, several=plusieurs, some=quelques
""")
JOINS = entries("and=et, but=mais, because=parce que, when=quand, while=pendant que, so=donc")
ADVERBS = entries("""
    quickly=vite, slowly=lentement, quietly=doucement, often=souvent, together=ensemble, again=de nouveau, well=bien
    here=ici, now=maintenant, a lot=beaucoup
""")
